import { rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { leaveCounts } from '../scripts/leave-counts.ts'
import { print, runMain } from '../scripts/run-main.ts'
import { loadConfig } from '../src/config/load-config.ts'
import { createKafka } from '../src/kafka/client/client.ts'
import { messageOf } from '../src/util/errors.ts'
import { createLogger } from '../src/util/logger.ts'
import { startTestStack } from '../test/support/stack-setup.ts'
import type { Bench, CaseResult } from './lib/bench.ts'
import { publishDataset } from './lib/dataset.ts'
import { HELP, type Options, readOptions } from './lib/options.ts'
import { machineNow, resultsOf, writePage } from './lib/page.ts'
import { printProfiles } from './lib/profile.ts'
import { type CaseReport, isJudged, isNear, markdown } from './lib/report.ts'

/** The folder of this run. Profiles are kept in it. */
const FOLDER = resolve('.inventory-events', 'bench', String(process.pid))
const FAILED = 'failed: '

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) return print(HELP)
  // On exit the contenders are killed; on a plain signal they would not be.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  if (!options.profile) process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }))
  const machine = machineNow(loadavg()[0] ?? 0)
  const { brokers, registryUrl, stop } = await startTestStack()
  try {
    const bench = await prepare(options, { brokers, registryUrl })
    const reports = await runCases(bench, options)
    const results = { machine, dataset: bench.dataset, options }
    if (options.jsonFile) await writeJson(options.jsonFile, { ...results, reports })
    if (options.write) await writePage(resultsOf(reports, results))
    return await judge(reports, options)
  } finally {
    await stop()
  }
}

async function prepare(
  options: Options,
  endpoints: { brokers: string; registryUrl: string },
): Promise<Bench> {
  const config = loadConfig({ KAFKA_BROKERS: endpoints.brokers }, { required: ['KAFKA_BROKERS'] })
  const kafka = createKafka(config, createLogger('silent'))
  await mkdir(FOLDER, { recursive: true })
  say(`publishing ${options.dataset.records} events`)
  const dataset = await publishDataset(kafka, endpoints.registryUrl, options.dataset)
  say(`published, ${dataset.meanValueBytes.toFixed(0)} bytes each on average`)
  const { rounds, isQuick } = options
  const profileFolder = options.profile ? join(FOLDER, 'profiles') : undefined
  return { ...endpoints, kafka, dataset, rounds, isQuick, profileFolder, folder: FOLDER, say }
}

async function runCases(bench: Bench, { cases }: Options): Promise<CaseReport[]> {
  const reports: CaseReport[] = []
  for (const { name, title, run } of cases) {
    say(`${name}: ${title}`)
    const folder = bench.profileFolder && join(bench.profileFolder, name)
    if (folder) await mkdir(folder, { recursive: true })
    const result = await run({ ...bench, profileFolder: folder }).catch(failedResult)
    const report = { name, title, ...result }
    print(`\n${markdown(report)}\n\n`)
    if (folder) await printProfiles(folder, print)
    reports.push(report)
  }
  return reports
}

/** A failed case does not stop the others, because a full run takes long. */
function failedResult(error: unknown): CaseResult {
  return { rows: [], findings: [], notes: [`${FAILED}${messageOf(error)}`] }
}

async function writeJson(file: string, results: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`)
}

/** Only the quick form fails on a number: it runs in CI, where nobody reads the table. */
async function judge(reports: readonly CaseReport[], { isQuick }: Options): Promise<number> {
  const notes = reports.flatMap(({ notes = [] }) => notes)
  const failed = notes.filter((note) => note.startsWith(FAILED))
  if (!isQuick) return failed.length === 0 ? 0 : 1
  const findings = reports.flatMap(({ name, findings }) =>
    findings.filter(isJudged).map((finding) => ({ ...finding, what: `${name}: ${finding.what}` })),
  )
  const bad = findings
    .filter((finding) => !isNear(finding))
    .map(({ what, value, unit }) => `far off: ${what}: ${value} ${unit}`)
  for (const each of bad) say(each)
  await leaveCounts({
    passed: findings.length - bad.length,
    failed: [...bad, ...failed],
    skipped: notes.filter((note) => note.startsWith('skipped: ')),
  })
  return bad.length + failed.length === 0 ? 0 : 1
}

function say(message: string): void {
  const seconds = Math.round(process.uptime())
  process.stderr.write(`${String(seconds).padStart(5)} s  ${message}\n`)
}

await runMain(main)
