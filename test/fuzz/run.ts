import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { interrupted } from '../../scripts/interrupted.ts'
import { leaveCounts } from '../../scripts/leave-counts.ts'
import { print, runMain } from '../../scripts/run-main.ts'
import { startTestStack } from '../support/stack-setup.ts'
import { stepsOf } from './case.ts'
import { type Found, fuzz } from './fuzz.ts'
import { keepCase, readCase, regressionCases } from './kept-cases.ts'
import { mutants } from './mutation/mutants.ts'
import { FIND_SECONDS, type MutantResult, mutantTable, runMutant } from './mutation/run-mutants.ts'
import { createRunner } from './runner.ts'
import { openSite, type Site } from './world/site.ts'

const HELP = `Usage: npm run fuzz -- [options]

Plays random cases against a real service on a real Kafka and registry, and judges what became of
each record, request and command. Cases that failed once are played first. A case that fails is
shrunk and kept in .inventory-events/fuzz.

  --seconds <n>    how long (default: 120)
  --seed <n>       seed of the random choices (default: from the time)
  --case <file>    play this case only
  --mutants        take fixes out, one at a time; each must be found within ${FIND_SECONDS} s
  --only <text>    with --mutants: those whose names contain this text
  --help
`

/** A busy machine is slow; what stands still for longer is stuck. */
const PATIENCE_MS = 60_000
const SHRINK_MS = 120_000
/** More of them would rarely be other faults. */
const FAILURES_MAX = 3
/** Those that stand still cost no CPU. */
const MUTANTS_AT_ONCE = 2

const FOLDER = resolve('.inventory-events', 'fuzz', String(process.pid))

const say = (text: string) => void process.stderr.write(`${text}\n`)

interface Options {
  site: Site
  folder: string
  seed: number
  signal: AbortSignal
}

interface Outcome {
  passed: number
  /** Each failure, with what was wrong. */
  failed: string[]
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '120' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      case: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const [seconds, seed] = [numberOf('seconds', values.seconds), numberOf('seed', values.seed)]
  await mkdir(FOLDER, { recursive: true })
  const stack = await startTestStack()
  try {
    const options = { site: openSite(stack), folder: FOLDER, seed, signal: interrupted() }
    const { passed, failed } = values.mutants
      ? await judgeMutants(options, values.only)
      : await play(options, values.case, seconds)
    await leaveCounts({ passed, failed })
    if (failed.length === 0) await rm(FOLDER, { recursive: true, force: true })
    else say(`the logs are in ${FOLDER}`)
    return failed.length === 0 && passed > 0 ? 0 : 1
  } finally {
    await stack.stop()
  }
}

async function play(options: Options, file: string | undefined, seconds: number): Promise<Outcome> {
  const runner = createRunner({ ...options, patienceMs: PATIENCE_MS })
  try {
    const files = file === undefined ? await regressionCases() : [file]
    const kept = await replay(runner, files)
    if (file !== undefined) return kept
    await runner.ready()
    const fresh = await explore(runner, options, seconds)
    return { passed: kept.passed + fresh.passed, failed: [...kept.failed, ...fresh.failed] }
  } finally {
    await runner.end()
  }
}

/** Plays the cases of these files. */
async function replay(runner: Runner, files: readonly string[]): Promise<Outcome> {
  const failed: string[] = []
  for (const file of files) {
    const problems = await runner.run((await readCase(file)).steps)
    if (problems.length === 0) continue
    failed.push([file, ...problems.map(({ text }) => text)].join('\n'))
    say(failed.at(-1)!)
  }
  return { passed: files.length - failed.length, failed }
}

type Runner = ReturnType<typeof createRunner>

async function explore(
  runner: Runner,
  { seed, signal }: Options,
  seconds: number,
): Promise<Outcome> {
  say(`seed ${seed}`)
  const startedAt = Date.now()
  const goesOn = () => Date.now() - startedAt < seconds * 1_000 && !signal.aborted
  const failed: string[] = []
  let [next, cases] = [0, 0]
  while (goesOn() && failed.length < FAILURES_MAX) {
    const played = () => void cases++
    const found = await fuzz({ runner, seed, goesOn, shrinkMs: SHRINK_MS }, next, played)
    if (found === undefined) break
    failed.push(await tell(found, seed))
    next = found.number + 1
  }
  const took = Math.round((Date.now() - startedAt) / 1_000)
  print(`seed ${seed}: ${cases} cases in ${took} s, ${failed.length} failed\n`)
  return { passed: cases - failed.length, failed }
}

async function tell({ number, failure }: Found, seed: number): Promise<string> {
  const { steps, problems } = failure
  const file = await keepCase(`${seed}-${number}`, stepsOf(steps), problems)
  const text = [`case ${number} of seed ${seed}, in ${file}`, ...problems.map(({ text }) => text)]
  say(text.join('\n  '))
  return text.join('\n')
}

async function judgeMutants(options: Options, only: string): Promise<Outcome> {
  const chosen = mutants.filter(({ name }) => name.includes(only))
  const results: MutantResult[] = []
  const waiting = [...chosen]
  async function work(): Promise<void> {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      options.signal.throwIfAborted()
      const result = await runMutant(mutant, options, options.seed)
      results.push(result)
      say(describe(result))
    }
  }
  await Promise.all(Array.from({ length: MUTANTS_AT_ONCE }, work))
  print(mutantTable(results))
  const missed = results.filter(({ found }) => found === undefined)
  const failed = missed.map(({ mutant }) => `without the fix "${mutant.name}": not found`)
  return { passed: results.length - missed.length, failed }
}

function describe({ mutant, seconds, found }: MutantResult): string {
  if (found === undefined) return `${mutant.name}: NOT FOUND`
  return `${mutant.name}: after ${seconds} s, ${found.failure.problems[0]?.text}`
}

function numberOf(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name}: expected a whole number, got ${text}`)
  return Number(text)
}

await runMain(main)
