import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../src/event/errors.ts'
import { jarsFolder } from '../../src/stack/stack.ts'
import { startCluster } from './cluster.ts'
import { type Fault, faults, mixOf } from './faults.ts'
import { formatTable } from './table.ts'
import { runTrial, type TrialResult } from './trial.ts'

const HELP = `Usage: npm run test:faults -- [options]

Breaks a real cluster and real replicas under load, and judges by what the plugins did.

  --fault <name>      one of the faults below; may be repeated (default: each once)
  --mix <seconds>     faults picked at random, one after the other, for so long
  --seed <n>          for what is picked at random (default: the time)
  --rate <n>          events in a second (default: 200)
  --replicas <n>      (default: 3)
  --quiet-ms <n>      load before each fault and after it (default: 4000)
  --keep              leaves logs and effects where all went well, too
  --help

Faults: ${Object.keys(faults).join(', ')}
`

/** The suite may take no longer, apart from the mix; then everything is killed and it has failed. */
const LIMIT_MS = 1_500_000

const LOCAL = resolve('.inventory-events')

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fault: { type: 'string', multiple: true, default: [] },
      mix: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      rate: { type: 'string', default: '200' },
      replicas: { type: 'string', default: '3' },
      'quiet-ms': { type: 'string', default: '4000' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const mixMs = numberOf('mix', values.mix) * 1_000
  const chosen = chosenFaults(values.fault, mixMs)
  const folder = resolve(LOCAL, 'faults', String(process.pid))
  await mkdir(folder, { recursive: true })
  const say = (message: string) => void process.stderr.write(`${message}\n`)
  const common = {
    folder,
    say,
    signal: AbortSignal.any([AbortSignal.timeout(LIMIT_MS + mixMs), interrupted()]),
    seed: numberOf('seed', values.seed),
    perSecond: numberOf('rate', values.rate),
    replicas: numberOf('replicas', values.replicas),
    quietMs: numberOf('quiet-ms', values['quiet-ms']),
  }
  const results = await runAll(chosen, common)
  print(formatTable(results))
  const isGood = results.every(({ problems }) => problems.length === 0)
  if (isGood && !values.keep) await rm(folder, { recursive: true, force: true })
  else print(`seed ${common.seed}; logs and effects are in ${folder}\n`)
  return isGood ? 0 : 1
}

/** Those that are named, and the mix if it is asked for; each of them once if nothing is. */
function chosenFaults(named: string[], mixMs: number): [string, Fault][] {
  const unknown = named.filter((name) => !(name in faults))
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}\n${HELP}`)
  if (named.length === 0 && mixMs === 0) return Object.entries(faults)
  const chosen = Object.entries(faults).filter(([name]) => named.includes(name))
  return mixMs === 0 ? chosen : [...chosen, ['mix', mixOf(mixMs)]]
}

type Common = Omit<Parameters<typeof runTrial>[0], 'cluster' | 'name' | 'fault'>

async function runAll(chosen: readonly [string, Fault][], common: Common): Promise<TrialResult[]> {
  const cluster = await startCluster({ ...common, jarsFolder: jarsFolder(LOCAL) })
  const results: TrialResult[] = []
  try {
    for (const [name, fault] of chosen) {
      common.say(name)
      const result = await runTrial({ ...common, cluster, name, fault })
      for (const problem of result.problems) common.say(`  ${problem}`)
      results.push(result)
    }
    return results
  } finally {
    await cluster.end()
  }
}

function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Error(`interrupted by ${signal}`)))
  }
  return controller.signal
}

function numberOf(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name}: expected a whole number, got ${text}`)
  return Number(text)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

process.exit(
  await main().catch((error) => {
    process.stderr.write(`error: ${messageOf(error)}\n`)
    return 1
  }),
)
