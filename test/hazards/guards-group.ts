import type { Guard } from './guard.ts'

/** Guards of membership: handlers, joins, commits, assignment. */
export const groupGuards: Guard[] = []
