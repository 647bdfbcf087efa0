import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../stack/process/poll.ts'
import { failed, waitFor } from './wait-for.ts'

/** The same place seen from `src/dev/replicas` and from `dist/dev/replicas`. */
const BIN = fileURLToPath(new URL('../../../bin/inventory-events.js', import.meta.url))
const START_MS = 60_000
/** More than the service grants its handlers when it stops. */
const STOP_MS = 40_000
const KILL_MS = 5_000
const LOG_TAIL_LINES = 5

export interface Replica {
  name: string
  pid: number
  logFile: string
  /** Where it serves /metrics. */
  url: string
  /** Ends it, by force if it does not end itself, and tells how it ended: `exit 0`. */
  stop(): Promise<string>
}

export interface ReplicaOptions {
  name: string
  /** Its working directory; its log is written there. */
  folder: string
  env: NodeJS.ProcessEnv
  /** It goes on when the demo has ended. */
  outlives: boolean
  signal: AbortSignal
}

/** Starts `serve` as a process of its own and waits until it tells its port. */
export async function startReplica(
  options: ReplicaOptions,
  onSpawned: (stop: () => Promise<string>) => void,
): Promise<Replica> {
  const { name, folder, signal } = options
  const logFile = join(folder, `${name}.log`)
  const child = launch(options, logFile)
  const ended = watchEnd(child)
  const stop = () => stopChild(child, ended)
  onSpawned(stop)
  let port: number | undefined
  const hasStarted = async () => {
    if (ended() !== undefined) throw failed(await endedTooSoon(name, logFile, ended()))
    port = await portIn(logFile)
    return port !== undefined
  }
  await waitFor(`${name} to start; see ${logFile}`, hasStarted, { timeoutMs: START_MS, signal })
  return { name, pid: child.pid!, logFile, url: `http://127.0.0.1:${port}`, stop }
}

/** In a process group of its own, so that a terminal's Ctrl-C reaches the demo alone. */
function launch({ folder, env, outlives }: ReplicaOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, [BIN, 'serve'], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', log, log, ...(outlives ? [] : (['ipc'] as const))],
  })
  closeSync(log)
  child.unref()
  child.channel?.unref()
  return child
}

function watchEnd(child: ChildProcess): () => string | undefined {
  let end: string | undefined
  child.on('error', (error) => {
    end ??= error.message
  })
  child.on('exit', (code, signal) => {
    end = signal === null ? `exit ${code}` : `ended by ${signal}`
  })
  return () => end
}

async function stopChild(child: ChildProcess, ended: () => string | undefined): Promise<string> {
  const hasEnded = () => ended() !== undefined
  if (!hasEnded()) child.kill('SIGTERM')
  if (await waitUntil(hasEnded, { timeoutMs: STOP_MS })) return ended()!
  child.kill('SIGKILL')
  await waitUntil(hasEnded, { timeoutMs: KILL_MS })
  return `killed after ${STOP_MS / 1000} s`
}

/** From the line that says that the service has started. */
async function portIn(logFile: string): Promise<number | undefined> {
  const lines = (await readFile(logFile, 'utf8')).split('\n')
  const started = lines.find((line) => line.includes('"msg":"started"') && line.endsWith('}'))
  return started === undefined ? undefined : (JSON.parse(started).httpPort as number)
}

async function endedTooSoon(name: string, logFile: string, end = ''): Promise<string> {
  const log = await readFile(logFile, 'utf8')
  const tail = log.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n  ')
  return `${name} ended while it started (${end}); ${logFile} ends with:\n  ${tail}`
}
