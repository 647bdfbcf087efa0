// Checks the deployment artefacts: image, Compose file, chart, rules, dashboards. Then injects defects
// into copies and requires that the checks fail. Sequentially, to run on small machines.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leaveCounts } from '../leave-counts.ts'
import { type Break, breaks } from './breaks.ts'
import { chartChecks } from './chart-checks.ts'
import type { Check } from './check.ts'
import { Failure, Skip } from './command.ts'
import { fileChecks } from './file-checks.ts'
import { imageChecks } from './image-checks.ts'
import { ruleChecks } from './rule-checks.ts'
import { installTools, type Tools } from './tools.ts'

interface Result {
  name: string
  outcome: 'passed' | 'failed' | 'skipped'
  said: string
  seconds: number
}

const ROOT = join(import.meta.dirname, '..', '..')
/** What is copied to inject defects into. */
const ARTEFACTS = ['helm', 'deploy', 'docker-compose.yml', 'Dockerfile', 'examples', '.github']
const LINES_SAID = 40

async function main([only = '']: string[]): Promise<void> {
  const tools = await installTools(join(ROOT, '.inventory-events', 'tools'), (line) => print(line))
  const checks = [...chartChecks, ...fileChecks, ...ruleChecks, ...imageChecks]
  const results: Result[] = []
  for (const check of checks.filter(({ name }) => name.includes(only))) {
    results.push(report(await judge(check.name, () => inScene(check, ROOT, tools))))
  }
  for (const each of breaks.filter(({ name, check }) => `${check} ${name}`.includes(only))) {
    const check = checks.find(({ name }) => name === each.check)!
    const name = `broken: ${each.name}`
    results.push(report(await judge(name, () => requireFailure(each, check, tools))))
  }
  await conclude(results)
}

async function judge(name: string, work: () => Promise<string>): Promise<Result> {
  const startedAt = Date.now()
  const end = (outcome: Result['outcome'], said: string): Result => {
    return { name, outcome, said, seconds: (Date.now() - startedAt) / 1_000 }
  }
  try {
    return end('passed', await work())
  } catch (error) {
    if (error instanceof Skip) return end('skipped', error.message)
    if (error instanceof Failure) return end('failed', error.message)
    return end('failed', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

async function inScene(check: Check, root: string, tools: Tools): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'check-deploy-'))
  try {
    return await check.run({ root, work, tools })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Requires that the check detects the defect in a copy of the artefact. */
async function requireFailure({ file, edit }: Break, check: Check, tools: Tools): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'check-deploy-broken-'))
  try {
    for (const each of ARTEFACTS) await cp(join(ROOT, each), join(root, each), { recursive: true })
    const text = await readFile(join(root, file), 'utf8')
    const broken = edit(text)
    if (broken === text) throw new Error(`${file}: the text to replace was not found`)
    await writeFile(join(root, file), broken)
    return await whatFailed(check, root, tools)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function whatFailed(check: Check, root: string, tools: Tools): Promise<string> {
  try {
    await inScene(check, root, tools)
  } catch (error) {
    if (error instanceof Failure) return `"${check.name}" fails`
    throw error
  }
  throw new Failure(`expected "${check.name}" to fail, but it passed`)
}

function report(result: Result): Result {
  const { name, outcome, said, seconds } = result
  const [first = '', ...more] = said.split('\n').slice(0, LINES_SAID)
  print(`${outcome.padEnd(8)}${name.padEnd(62)}${seconds.toFixed(1).padStart(6)} s  ${first}`)
  for (const line of more) print(`        ${line}`)
  return result
}

/** Prints the counts as the last line, and writes them as JSON to the file in COUNTS_FILE. */
async function conclude(results: Result[]): Promise<void> {
  const named = (outcome: Result['outcome']) =>
    results.filter((each) => each.outcome === outcome).map(({ name, said }) => `${name}: ${said}`)
  const passed = named('passed').length
  const [failed, skipped] = [named('failed'), named('skipped')]
  await leaveCounts({ passed, failed, skipped })
  print(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`)
  process.exitCode = passed > 0 && failed.length === 0 ? 0 : 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
