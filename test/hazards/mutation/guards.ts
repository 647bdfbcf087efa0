import type { Guard } from './guard.ts'
import { fetchGuards } from './guards-fetch.ts'
import { groupGuards } from './guards-group.ts'

export const guards: Guard[] = [...fetchGuards, ...groupGuards]
