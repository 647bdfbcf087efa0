import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../src/event/errors.ts'
import { jarsFolder } from '../../src/stack/stack.ts'
import { startCluster } from './cluster.ts'
import { faults } from './faults.ts'
import { formatTable } from './table.ts'
import { runTrial, type TrialResult } from './trial.ts'

const HELP = `Usage: npm run test:faults -- [options]

Breaks a real cluster and real replicas under load, and judges by what the plugins did.

  --fault <name>      one of the faults below; may be repeated (default: each once)
  --seed <n>          for what is picked at random (default: the time)
  --rate <n>          events in a second (default: 200)
  --replicas <n>      (default: 3)
  --quiet-ms <n>      load before each fault and after it (default: 4000)
  --keep              leaves logs and effects where all went well, too
  --help

Faults: ${Object.keys(faults).join(', ')}
`

/** The whole suite may take no longer; then everything is killed and it has failed. */
const LIMIT_MS = 1_500_000

const LOCAL = resolve('.inventory-events')

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fault: { type: 'string', multiple: true, default: Object.keys(faults) },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      rate: { type: 'string', default: '200' },
      replicas: { type: 'string', default: '3' },
      'quiet-ms': { type: 'string', default: '4000' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const unknown = values.fault.filter((name) => !(name in faults))
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}\n${HELP}`)
  const folder = resolve(LOCAL, 'faults', String(process.pid))
  await mkdir(folder, { recursive: true })
  const say = (message: string) => void process.stderr.write(`${message}\n`)
  const common = {
    folder,
    say,
    signal: AbortSignal.any([AbortSignal.timeout(LIMIT_MS), interrupted()]),
    seed: numberOf('seed', values.seed),
    perSecond: numberOf('rate', values.rate),
    replicas: numberOf('replicas', values.replicas),
    quietMs: numberOf('quiet-ms', values['quiet-ms']),
  }
  const results = await runAll(values.fault, common)
  print(formatTable(results))
  const isGood = results.every(({ problems }) => problems.length === 0)
  if (isGood && !values.keep) await rm(folder, { recursive: true, force: true })
  else print(`seed ${common.seed}; logs and effects are in ${folder}\n`)
  return isGood ? 0 : 1
}

type Common = Omit<Parameters<typeof runTrial>[0], 'cluster' | 'name' | 'fault'>

async function runAll(names: readonly string[], common: Common): Promise<TrialResult[]> {
  const cluster = await startCluster({ ...common, jarsFolder: jarsFolder(LOCAL) })
  const results: TrialResult[] = []
  try {
    for (const name of names) {
      common.say(name)
      const result = await runTrial({ ...common, cluster, name, fault: faults[name]! })
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
