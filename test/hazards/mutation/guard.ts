import type { Mutant } from '../../model/mutants.ts'

/** A guard against a hazard, and the test that must fail without it. */
export interface Guard extends Mutant {
  /** Path from the repository root. Its cases with PLAIN in their names show kafkajs by itself. */
  test: string
}

/** In the names of cases that show kafkajs by itself: they pass with or without guards. */
export const PLAIN = 'plain kafkajs'

/** What is taken out, and where: file below `src/`, text, and what stands in its place. */
type Change = [file: string, from: string, to: string]

/** The guards of one test, by what is wrong without them. */
export function guardsOf(test: string, changes: Record<string, Change>): Guard[] {
  return Object.entries(changes).map(([name, [file, from, to]]) => {
    return { name, test: `test/${test}.test.ts`, file: `src/${file}`, from, to }
  })
}
