import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InventoryEventsError } from '../../../util/errors.ts'
import { startError } from '../port-taken.ts'
import { waitUntil } from './poll.ts'

export interface LaunchOptions {
  name: string
  args: string[]
  env?: NodeJS.ProcessEnv
  /** The folder for `<name>.log`. */
  folder: string
  /** An argument that identifies the process. */
  mark: string
  /** `detached` outlives this process; `owned` dies with it, even when it is killed. */
  life: 'detached' | 'owned'
}

export interface Launched {
  name: string
  logFile: string
  /** How it ended, once it has. */
  ended: () => string | undefined
}

export function java(): string {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
}

/**
 * Kills the command when stdin is closed, which the system does when the parent ends in any way. If
 * the command ends by itself, the watcher is killed.
 */
const DIE_WITH_PARENT = `
exec 3<&0 </dev/null
"$@" 3<&- & child=$!
(cat <&3 >/dev/null; kill -KILL $child) 2>/dev/null & watcher=$!
wait $child; code=$?
kill $watcher; exit $code`

export function launchJava({ name, args, env, folder, mark, life }: LaunchOptions): Launched {
  mkdirSync(folder, { recursive: true })
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'w')
  const command = [java(), mark, ...args]
  const wrapped = life === 'owned' ? ['sh', '-c', DIE_WITH_PARENT, 'sh', ...command] : command
  const child = spawn(wrapped[0]!, wrapped.slice(1), {
    env: { ...process.env, ...env },
    detached: true,
    stdio: [life === 'owned' ? 'pipe' : 'ignore', log, log],
  })
  closeSync(log)
  child.unref()
  ;(child.stdin as { unref?: () => void } | null)?.unref?.()
  return { name, logFile, ended: watchEnd(child) }
}

export function watchEnd(child: ChildProcess): () => string | undefined {
  let end: string | undefined
  child.on('error', (error) => {
    end = error.message
  })
  child.on('exit', (code, signal) => {
    end = signal ? `ended by ${signal}` : `exit ${code}`
    child.stdin?.destroy()
  })
  return () => end
}

const LOG_TAIL_LINES = 8

/**
 * Waits until the process is ready. Throws STACK_UNAVAILABLE with the end of its log otherwise, as a
 * PortTakenError if the log names a taken port.
 */
export async function waitUntilReady(
  process: Launched,
  what: string,
  isReady: () => Promise<boolean>,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const settled = async () => process.ended() !== undefined || (await isReady())
  const inTime = await waitUntil(settled, { timeoutMs, signal })
  if (inTime && process.ended() === undefined) return
  if (signal?.aborted) {
    throw new InventoryEventsError('STACK_UNAVAILABLE', `interrupted while waiting for ${what}`)
  }
  const why = process.ended() ?? `not within ${timeoutMs / 1000} s`
  const log = await readFile(process.logFile, 'utf8').catch(() => '')
  const tail = log.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n  ')
  const message = `waited for ${what}: ${why}; ${process.logFile} ends with:\n  ${tail}`
  throw startError(message, process.ended() === undefined ? '' : log)
}
