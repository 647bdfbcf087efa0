import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { withLock } from '../../src/dev/stack/lock.ts'

const run = promisify(execFile)
const LOCAL = fileURLToPath(new URL('../../.inventory-events/', import.meta.url))
const SOURCES = fileURLToPath(new URL('./java/', import.meta.url))
/** Far more than it takes: only what hangs is ended by it. */
const LIMIT_MS = 300_000
/** These programs end at once: what makes long ones fast makes them slow. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** Runs a program of `test/support/java`, compiled on the first call; answers what it prints. */
export async function runProgram(name: string, jars: string[], args: string[]): Promise<string> {
  const classes = await once(`java-${name}`, () => compiled(name, jars))
  return runMain(name, [classes, ...jars], args)
}

/** Runs the main class with that classpath; answers what it prints. */
export async function runMain(
  main: string,
  classpath: string[],
  args: string[],
  input = '',
): Promise<string> {
  const all = [...SHORT_LIVED, '-cp', classpath.join(delimiter), main, ...args]
  const running = run('java', all, { timeout: LIMIT_MS })
  running.child.stdin?.end(input)
  return (await running).stdout
}

/** One after the other, in all processes: who comes later finds what the first one has made. */
export function once<T>(name: string, work: () => Promise<T>): Promise<T> {
  const options = { timeoutMs: 2 * LIMIT_MS, say: () => {} }
  return withLock(join(LOCAL, `${name}.lock`), options, work)
}

async function compiled(name: string, jars: string[]): Promise<string> {
  const source = join(SOURCES, `${name}.java`)
  const { stderr: version } = await run('java', ['-version'])
  const made = createHash('sha256')
    .update(`${version}${jars}`)
    .update(await readFile(source))
  const target = join(LOCAL, 'java', `${name}-${made.digest('hex').slice(0, 12)}`)
  if (existsSync(target)) return target
  const partial = `${target}.${randomUUID()}.partial`
  const compiler = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '-d', partial]
  try {
    const args = [...SHORT_LIVED, ...compiler, '-cp', jars.join(delimiter), source]
    await run('java', args, { timeout: LIMIT_MS })
    await rename(partial, target)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return target
}
