import type { Guard } from './guard.ts'
import { fetchGuards } from './guards-fetch.ts'
import { groupGuards } from './guards-group.ts'
import { stateGuards } from './guards-state.ts'

export const guards: Guard[] = [...fetchGuards, ...groupGuards, ...stateGuards]
