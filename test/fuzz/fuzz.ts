import { generateCase, stepsOf } from './case.ts'
import type { Runner } from './runner.ts'
import { type Failure, shrink } from './shrink.ts'

export interface FuzzOptions {
  runner: Runner
  seed: number
  /** Returns false when no further case is to be played. */
  goesOn(): boolean
  /** How long a failure may be shrunk. */
  shrinkMs: number
}

export interface Found {
  /** The number of the case. */
  number: number
  /** As it was generated. */
  first: Failure
  failure: Failure
}

/** Plays the cases of a seed from a number on, until one fails; undefined if none does. */
export async function fuzz(
  { runner, seed, goesOn, shrinkMs }: FuzzOptions,
  from: number,
  played: () => void,
): Promise<Found | undefined> {
  for (let number = from; goesOn(); number++) {
    const steps = generateCase(seed, number)
    const problems = await runner.run(stepsOf(steps))
    played()
    if (problems.length === 0) continue
    const first = { steps, problems }
    return { number, first, failure: await shrink(first, runner, shrinkMs) }
  }
  return undefined
}
