import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { settings } from '../../config/settings.ts'
import { markOf } from './maven-stack.ts'
import { pickPort } from './ports.ts'
import { type Launched, waitUntilReady, watchEnd } from './process/launch.ts'
import { endMarked, pidsMarked } from './process/processes.ts'

/** The relative path is the same from `src/dev/stack` and from `dist/dev/stack`. */
const BIN = fileURLToPath(new URL('../../../bin/inventory-events.js', import.meta.url))
const WITH_PARENT = new URL(`./process/with-parent${extname(import.meta.url)}`, import.meta.url)
  .href
const NAME = 'console'
/** In a clone the page is built first. */
const READY_MS = 60_000
const ANSWER_MS = 2_000

export interface LocalConsoleOptions {
  /** The folder for `console.log`. There is one console for each. */
  folder: string
  env: NodeJS.ProcessEnv
  /** `detached` outlives this process; `owned` ends with it, even when it is killed. */
  life: 'detached' | 'owned'
  signal?: AbortSignal | undefined
}

/**
 * Starts `console --local` on its usual port, or on another one if that is taken. Resolves with its address once it
 * answers. Throws STACK_UNAVAILABLE, with the end of its log.
 */
export async function startLocalConsole(options: LocalConsoleOptions): Promise<string> {
  const { env, signal } = options
  const port = await pickPort(Number(env.CONSOLE_PORT || settings.CONSOLE_PORT.default))
  const url = `http://127.0.0.1:${port}/`
  const launched = launch(options, port)
  const what = `the console at ${url} to respond`
  await waitUntilReady(launched, what, () => answers(url), { timeoutMs: READY_MS, signal })
  return url
}

/** The address of the console that was started with this folder, if it runs. */
export async function runningConsole(folder: string): Promise<string | undefined> {
  // Another one may have its port by now.
  if ((await pidsMarked(consoleMark(folder))).length === 0) return undefined
  const log = await readFile(logIn(folder), 'utf8').catch(() => '')
  const [, url] = /"url":"(http:\/\/127\.0\.0\.1:\d+\/)"/.exec(log) ?? []
  return url !== undefined && (await answers(url)) ? url : undefined
}

export function endLocalConsole(folder: string): Promise<void> {
  return endMarked(consoleMark(folder))
}

/** What the process is called in lists of processes, by which it is found. */
function consoleMark(folder: string): string {
  return `${markOf(resolve(folder))}.console`
}

function launch({ folder, env, life }: LocalConsoleOptions, port: number): Launched {
  mkdirSync(folder, { recursive: true })
  const logFile = logIn(folder)
  const log = openSync(logFile, 'w')
  const preloaded = life === 'owned' ? ['--import', WITH_PARENT] : []
  const child = spawn(process.execPath, [...preloaded, BIN, 'console', '--local'], {
    argv0: consoleMark(folder),
    env: { ...env, CONSOLE_PORT: String(port), LOG_FORMAT: 'json', LOG_LEVEL: 'info' },
    detached: true,
    stdio: ['ignore', log, log, ...(life === 'owned' ? (['ipc'] as const) : [])],
  })
  closeSync(log)
  child.unref()
  child.channel?.unref()
  return { name: NAME, logFile, ended: watchEnd(child) }
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}livez`, { signal: AbortSignal.timeout(ANSWER_MS) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

function logIn(folder: string): string {
  return join(folder, `${NAME}.log`)
}
