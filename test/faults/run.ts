import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { interrupted } from '../../scripts/interrupted.ts'
import { print, runMain } from '../../scripts/run-main.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { messageOf } from '../../src/util/errors.ts'
import { startCluster } from './cluster.ts'
import { writeCounts } from './counts.ts'
import { faults, mixOf, storesFor } from './faults.ts'
import type { StoreName } from './plugin-rules.ts'
import { formatTable } from './table.ts'
import { printTails } from './tails.ts'
import { runTrial, slugOf, type Trial, type TrialOptions, type TrialResult } from './trial.ts'

const HELP = `Usage: npm run test:faults -- [options]

Injects faults into a real cluster and real replicas under load, and checks what the plugins did.

  --fault <name>      one of the faults below; may be repeated (default: each once)
  --store <name>      kafka or postgres (default: kafka, and some faults with both)
  --mix <seconds>     after the other faults, random faults for this long with each store
  --only-mix          run only the mix
  --seed <n>          seed of the random choices (default: from the time)
  --rate <n>          events per second (default: 200)
  --replicas <n>      number of replicas (default: 3)
  --quiet-ms <n>      time under load before and after each fault (default: 4000)
  --kafka <version>   4.3 or 3.9 (default: 4.3)
  --json <file>       also write the results to this file
  --keep              keep logs and effects even if all checks pass
  --help

Faults: ${Object.keys(faults).join(', ')}
`

/** Time limit of the suite without the mix; after it everything is killed and the suite fails. */
const LIMIT_MS = 1_500_000

const LOCAL = resolve('.inventory-events')
const STORES: readonly StoreName[] = ['kafka', 'postgres']
const VERSIONS: Record<string, string> = { '4.3': '4.3.0', '3.9': '3.9.1' }

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fault: { type: 'string', multiple: true, default: [] },
      store: { type: 'string' },
      mix: { type: 'string', default: '0' },
      'only-mix': { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      rate: { type: 'string', default: '200' },
      replicas: { type: 'string', default: '3' },
      'quiet-ms': { type: 'string', default: '4000' },
      kafka: { type: 'string', default: '4.3' },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const mixMs = numberOf('mix', values.mix) * 1_000
  const stores = values.store === undefined ? undefined : [oneOf('store', STORES, values.store)]
  const named = values['only-mix'] ? [] : values.fault.length > 0 ? values.fault : allFaults()
  const trials = [...trialsOf(named, stores), ...mixes(mixMs, stores ?? STORES)]
  const folder = resolve(LOCAL, 'faults', String(process.pid))
  await mkdir(folder, { recursive: true })
  const options = {
    folder,
    kafkaVersion: VERSIONS[oneOf('kafka', Object.keys(VERSIONS), values.kafka)]!,
    say: (message: string) => void process.stderr.write(`${message}\n`),
    signal: AbortSignal.any([AbortSignal.timeout(LIMIT_MS + 2 * mixMs), interrupted()]),
    seed: numberOf('seed', values.seed),
    perSecond: numberOf('rate', values.rate),
    replicas: numberOf('replicas', values.replicas),
    quietMs: numberOf('quiet-ms', values['quiet-ms']),
  }
  const results: TrialResult[] = []
  const error = await runAll(trials, options, results).catch((thrown: unknown) => thrown)
  await writeCounts(trials, results)
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(results, null, 2))
  print(formatTable(results))
  for (const { name, notes } of results) for (const note of notes) print(`${name}: ${note}\n`)
  const isGood = error === undefined && results.every(({ problems }) => problems.length === 0)
  if (error !== undefined) options.say(`error: ${messageOf(error)}`)
  if (isGood && !values.keep) await rm(folder, { recursive: true, force: true })
  else print(`seed ${options.seed}; logs and effects are in ${folder}\n`)
  return isGood ? 0 : 1
}

function allFaults(): string[] {
  return Object.keys(faults)
}

function trialsOf(named: readonly string[], stores: readonly StoreName[] | undefined): Trial[] {
  const unknown = named.filter((name) => !(name in faults))
  if (unknown.length > 0) throw new Error(`unknown fault: ${unknown.join(', ')}\n${HELP}`)
  return Object.entries(faults)
    .filter(([name]) => named.includes(name))
    .flatMap(([name, fault]) =>
      (stores ?? storesFor(name)).map((store) => ({ name: title(name, store), fault, store })),
    )
}

function mixes(mixMs: number, stores: readonly StoreName[]): Trial[] {
  if (mixMs === 0) return []
  return stores.map((store) => ({ name: title('mix', store), fault: mixOf(mixMs), store }))
}

function title(fault: string, store: StoreName): string {
  return store === 'kafka' || fault.startsWith(store) ? fault : `${fault}, ${store}`
}

type Options = Omit<TrialOptions, 'cluster'> & { kafkaVersion: string }

async function runAll(
  trials: readonly Trial[],
  options: Options,
  results: TrialResult[],
): Promise<void> {
  const cluster = await startCluster({ ...options, jarsFolder: jarsFolder(LOCAL) })
  try {
    for (const trial of trials) {
      options.say(trial.name)
      const result = await runTrial(trial, { ...options, cluster })
      results.push(result)
      if (result.problems.length === 0) continue
      await printTails([join(options.folder, slugOf(trial)), ...cluster.folders], options.say)
      for (const problem of result.problems) options.say(`  ${problem}`)
    }
  } finally {
    await cluster.end()
  }
}

function numberOf(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name}: expected a whole number, got ${text}`)
  return Number(text)
}

function oneOf<T extends string>(name: string, choices: readonly T[], text: string): T {
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw new Error(`--${name}: expected one of ${choices.join(', ')}, got ${text}`)
}

await runMain(main)
