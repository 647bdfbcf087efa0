import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Problem } from './judge/problem.ts'
import type { Case } from './steps/step.ts'

/** A case as it is kept in a file. */
export interface KeptCase {
  /** What was wrong when it was found. */
  problems: string[]
  steps: Case
}

const CASES = fileURLToPath(new URL('cases', import.meta.url))
const FOUND = resolve('.inventory-events', 'fuzz')

export async function readCase(file: string): Promise<KeptCase> {
  return JSON.parse(await readFile(file, 'utf8')) as KeptCase
}

/** The files of cases that failed once and must not again. */
export async function regressionCases(): Promise<string[]> {
  const names = await readdir(CASES)
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(CASES, name))
}

/** Returns the file. */
export async function keepCase(
  name: string,
  steps: Case,
  problems: readonly Problem[],
): Promise<string> {
  await mkdir(FOUND, { recursive: true })
  const file = join(FOUND, `${name}.json`)
  const kept: KeptCase = { problems: problems.map(({ text }) => text), steps }
  await writeFile(file, `${JSON.stringify(kept, null, 2)}\n`)
  return file
}
