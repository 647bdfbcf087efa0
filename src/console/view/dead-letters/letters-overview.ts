import type { GroupedLetters } from './letter-groups.ts'

/** What every view of dead letters says of what it shows. */
export interface LettersState {
  /** Whether all have been read; until then, some are missing. */
  isRead: boolean
  /** Why they can't be read now; null if they can. */
  problem: string | null
  /** How many open ones the console has no room for. */
  leftOut: number
}

export interface LettersOverview extends LettersState, GroupedLetters {
  open: number
  /** How many of the open ones failed again after a redrive. */
  again: number
  oldestMs: number | null
  /** When Kafka removes the first of the open ones. */
  expiresMs: number | null
  settled: { redriven: number; discarded: number }
}
