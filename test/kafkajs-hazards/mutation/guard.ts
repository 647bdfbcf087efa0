import type { Mutant } from '../../model/mutants.ts'

/** A guard against a hazard, and the test that must fail without it. */
export interface Guard extends Mutant {
  /** Path from the repository root. Its cases with PLAIN in their names show the hazard itself. */
  test: string
}

/** In the names of cases that show kafkajs by itself: they pass with or without guards. */
export const PLAIN = 'plain kafkajs'
