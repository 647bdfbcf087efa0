import type { Mutant } from '../../model/mutants.ts'

/** A guard against a hazard, and the test that must fail where it is taken out. */
export interface Guard extends Mutant {
  /** From the root of the repository. Its cases whose names hold PLAIN show the hazard itself. */
  test: string
}

/** In the names of the cases that show what kafkajs does by itself: they pass with guards or without. */
export const PLAIN = 'plain kafkajs'
