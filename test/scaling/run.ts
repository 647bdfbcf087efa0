import { mkdir, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { interrupted } from '../../scripts/interrupted.ts'
import { leaveCounts } from '../../scripts/leave-counts.ts'
import { print, runMain } from '../../scripts/run-main.ts'
import { writeTables } from '../../scripts/scaling-table.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { messageOf } from '../../src/util/errors.ts'
import { type Cluster, startCluster } from '../faults/cluster.ts'
import { alignColumns } from '../faults/table.ts'
import { type Form, full, quick } from './forms.ts'
import { runParts } from './parts.ts'
import {
  changesTable,
  type Results,
  requestsTable,
  throughputTable,
  verdictText,
} from './tables.ts'

const HELP = `Usage: npm run test:scaling -- [options]

Runs replicas of the service on a real broker. Measures their throughput, and the effect on a
constant load when replicas join, leave, are killed and are restarted in turn.

  --full          more replicas, more time and the default SESSION_TIMEOUT_MS (about six minutes)
  --json <file>   also write the results to this file
  --write         update the tables of docs/scaling.md
  --keep          keep logs and effects even if all checks pass
  --help
`

const LOCAL = resolve('.inventory-events')
const KAFKA = '4.3.0'

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const form = values.full ? full : quick
  const machine = machineFor(form)
  const folder = resolve(LOCAL, 'scaling', String(process.pid))
  await mkdir(folder, { recursive: true })
  const found = await runForm(form, folder).catch(failure)
  const results = { ...found, machine }
  const isGood = results.problems.length === 0
  await leaveCounts({ passed: Number(isGood), failed: isGood ? [] : [results.problems.join('\n')] })
  report(results)
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(results, null, 2))
  if (isGood && values.write) writeTables(results)
  if (isGood && !values.keep) await rm(folder, { recursive: true, force: true })
  else print(`logs and effects are in ${folder}\n`)
  return isGood ? 0 : 1
}

type Found = Omit<Results, 'machine'>

async function runForm(form: Form, folder: string): Promise<Found> {
  const signal = AbortSignal.any([AbortSignal.timeout(form.limitMs), interrupted()])
  const options = { folder, say, signal }
  let cluster: Cluster | undefined
  try {
    cluster = await startCluster({
      ...options,
      jarsFolder: jarsFolder(LOCAL),
      brokers: 1,
      kafkaVersion: KAFKA,
    })
    return await runParts(form, { ...options, cluster })
  } finally {
    await cluster?.end()
  }
}

function failure(error: unknown): Found {
  const verdict = { published: 0, lost: 0, duplicates: 0, orderBreaks: 0 }
  const problems = [messageOf(error)]
  return { throughput: [], requests: [], changes: [], verdict, problems }
}

function report({ machine, throughput, requests, changes, verdict, problems }: Results): void {
  print(`${machine}\n\n${alignColumns(throughputTable(throughput))}\n`)
  print(`${alignColumns(requestsTable(requests))}\n`)
  print(`${alignColumns(changesTable(changes))}\n${verdictText(verdict)}\n`)
  for (const problem of problems) say(`  ${problem}`)
}

/** Called before anything is started, so that the load is that of other processes. */
function machineFor({ perSecond, sessionMs }: Form): string {
  const [core] = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  const others = `a load of ${loadavg()[0]!.toFixed(1)} before it began`
  const hardware = `${cpus().length} cores (${core?.model.trim()}), ${memoryGb} GB, ${others}`
  const load = `changes at ${perSecond} events/s with \`SESSION_TIMEOUT_MS=${sessionMs}\``
  return `Run on ${hardware}, Node ${process.version}, one broker of Kafka ${KAFKA}; ${load}.`
}

function say(message: string): void {
  process.stderr.write(`${message}\n`)
}

await runMain(main)
