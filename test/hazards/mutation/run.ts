import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { leaveCounts } from '../../../scripts/leave-counts.ts'
import { print, runMain } from '../../../scripts/run-main.ts'
import { startTestStack } from '../../support/stack-setup.ts'
import type { Guard } from './guard.ts'
import { guards } from './guards.ts'
import { failuresIn, problemOf, type Report, type Run } from './verdict.ts'

const HELP = `Usage: npm run test:hazards -- [options]

Runs the tests of a group member's hazards and of the model's mutants. Then removes the guards
against the hazards, one at a time, and runs the test of each: it must fail without the guard, while
its cases of plain kafkajs, if it has any, must pass.

  --only <text>   only guards whose name or test contains this text, and no tests as they are; may
                  be repeated
  --part <n/of>   only this part of the guards: 1/3 is the first, the fourth and so on
  --list          list the guards without running anything
  --help
`

const CONFIG = 'test/hazards/mutation/vitest.config.ts'
/** Per guard; a test that hangs for longer proves nothing. */
const LIMIT_MS = 240_000
/** For all tests as they are. */
const AS_IS_LIMIT_MS = 1_500_000
/** Runs spend most of their time waiting for timeouts. */
const RUNS_AT_ONCE = 3

interface Result {
  guard: Guard
  problem: string | undefined
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      part: { type: 'string', default: '1/1' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return print(HELP)
  const found = chosenGuards(values.only)
  const chosen = partOf(found, values.part)
  if (values.list) return print(chosen.map(({ name, test }) => `${test}  ${name}\n`).join(''))
  const { brokers, registryUrl, stop } = await startTestStack()
  const env = { ...process.env, KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
  const asIs = values.only.length === 0 ? await runAsIs(env) : { passed: 0, failed: [] }
  const results = await runAll(chosen, env).finally(stop)
  const missed = results.filter(({ problem }) => problem !== undefined)
  const caught = results.length - missed.length
  const failed = missed.map(({ guard, problem }) => `without "${guard.name}": ${problem}`)
  const skipped = found.filter((guard) => !chosen.includes(guard))
  await leaveCounts({
    passed: asIs.passed + caught,
    failed: [...asIs.failed, ...failed],
    skipped: skipped.map(({ name }) => `without "${name}": of another part than ${values.part}`),
  })
  print(`${results.length} guards removed, ${caught} caught, ${missed.length} missed\n`)
  print(`${asIs.passed} tests passed as they are, ${asIs.failed.length} failed\n`)
  return missed.length + asIs.failed.length === 0 ? 0 : 1
}

/** Runs the tests with all guards in place. */
async function runAsIs(env: NodeJS.ProcessEnv): Promise<{ passed: number; failed: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'hazards-'))
  const file = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'hazards', '--retry=1']
  // They wait most of the time.
  args.push('--maxWorkers=10')
  try {
    const { output, exitCode } = await runVitest([...args, ...reporters], env, AS_IS_LIMIT_MS)
    process.stderr.write(output)
    const report: Report = JSON.parse(await readFile(file, 'utf8'))
    const cases = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    const failed = failuresIn(report)
    if (exitCode !== 0 && failed.length === 0) failed.push(`vitest ended with exit ${exitCode}`)
    return { passed: cases.filter(({ status }) => status === 'passed').length, failed }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function chosenGuards(only: string[]): Guard[] {
  if (only.length === 0) return guards
  const has =
    (text: string) =>
    ({ name, test }: Guard) =>
      `${name} ${test}`.includes(text)
  const unknown = only.filter((text) => !guards.some(has(text)))
  if (unknown.length > 0) throw new Error(`no guard's name or test contains: ${unknown.join(', ')}`)
  return guards.filter((guard) => only.some((text) => has(text)(guard)))
}

function partOf(found: Guard[], part: string): Guard[] {
  const [n, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(part)?.slice(1).map(Number) ?? []
  if (n === undefined || of === undefined || n > of)
    throw new Error(`--part ${part}: expected a part like 1/3`)
  return found.filter((_, index) => index % of === n - 1)
}

async function runAll(chosen: Guard[], env: NodeJS.ProcessEnv): Promise<Result[]> {
  const results: Result[] = []
  const waiting = [...chosen]
  async function work(): Promise<void> {
    for (let guard = waiting.shift(); guard !== undefined; guard = waiting.shift()) {
      results.push(await judge(guard, env))
    }
  }
  await Promise.all(Array.from({ length: RUNS_AT_ONCE }, work))
  return results
}

async function judge(guard: Guard, env: NodeJS.ProcessEnv): Promise<Result> {
  const startedAt = Date.now()
  let run = await runWithout(guard, env)
  // A busy machine may break a case of plain kafkajs, and a race may be won once without the guard.
  // So the guard counts as missed only if a second run fails to catch it too.
  if (problemOf(run) !== undefined) run = await runWithout(guard, env)
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  const problem = problemOf(run)
  const verdict = problem ?? 'caught'
  process.stderr.write(`${seconds} s  without "${guard.name}" (${guard.test}): ${verdict}\n`)
  if (problem !== undefined) process.stderr.write(`${run.output}\n`)
  return { guard, problem }
}

async function runWithout(guard: Guard, env: NodeJS.ProcessEnv): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'without-guard-'))
  const file = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', '-c', CONFIG, ...reporters]
  try {
    const ended = await runVitest(args, { ...env, GUARD: guard.name, NO_COLOR: '1' })
    const text = await readFile(file, 'utf8').catch(() => undefined)
    return { ...ended, report: text === undefined ? undefined : (JSON.parse(text) as Report) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runVitest(
  args: string[],
  env: NodeJS.ProcessEnv,
  timeoutMs = LIMIT_MS,
): Promise<Omit<Run, 'report'>> {
  const child = spawn(process.execPath, args, { env, timeout: timeoutMs })
  let output = ''
  const collect = (text: Buffer) => {
    output += text
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, output }))
  })
}

await runMain(main)
