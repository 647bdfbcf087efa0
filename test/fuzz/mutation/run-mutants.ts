import type { Mutant } from '../../model/mutants.ts'
import { stepsOf } from '../case.ts'
import { type Found, fuzz } from '../fuzz.ts'
import { createRunner, type RunnerOptions } from '../runner.ts'

/** Within so many seconds of playing, a fault must be found. */
export const FIND_SECONDS = 60
/** Faults that show by a standstill need not be waited for as long as on a product that has none. */
const PATIENCE_MS = 8_000
const SHRINK_MS = 10_000

export interface MutantResult {
  mutant: Mutant
  /** Until it was found, without the start of the service; undefined if it was not. */
  seconds: number | undefined
  cases: number
  found: Found | undefined
}

/** Plays cases on a service with one fix taken out, until one fails. */
export async function runMutant(
  mutant: Mutant,
  options: Omit<RunnerOptions, 'mutant' | 'patienceMs'>,
  seed: number,
): Promise<MutantResult> {
  const runner = createRunner({ ...options, mutant: mutant.name, patienceMs: PATIENCE_MS })
  let cases = 0
  let foundMs: number | undefined
  try {
    await runner.ready()
    const startedAt = Date.now()
    const goesOn = () => Date.now() - startedAt < FIND_SECONDS * 1_000
    const found = await fuzz({ runner, seed, goesOn, shrinkMs: SHRINK_MS }, 0, () => {
      cases += 1
      foundMs = Date.now() - startedAt
    })
    const seconds = found === undefined ? undefined : Math.round((foundMs ?? 0) / 100) / 10
    return { mutant, seconds, cases, found }
  } finally {
    await runner.end()
  }
}

/** A table: the fix that is missing, how soon that was found, and the case. */
export function mutantTable(results: readonly MutantResult[]): string {
  const rows = results.map(({ mutant, seconds, cases, found }) => [
    mutant.name,
    seconds === undefined ? 'NOT FOUND' : String(seconds),
    String(cases),
    found === undefined ? '' : brief(found),
  ])
  const all = [['without the fix', 'seconds', 'cases', 'shrunk to'], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)))
  const line = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
  return `${all.map((row) => line(row).trimEnd()).join('\n')}\n`
}

const STEP_CHARS = 100

function brief({ failure }: Found): string {
  return stepsOf(failure.steps)
    .map(({ do: name, ...rest }) => `${name} ${JSON.stringify(rest)}`.slice(0, STEP_CHARS))
    .join('; ')
}
