import { ROLES, type Role } from '../../config/console-users.ts'

export interface User {
  name: string
  role: Role
}

export function mayDo({ role }: User, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}
