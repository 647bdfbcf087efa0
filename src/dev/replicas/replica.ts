import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../stack/process/poll.ts'
import { failed, waitFor } from './wait-for.ts'

/** The relative path is the same from `src/dev/replicas` and from `dist/dev/replicas`. */
const BIN = fileURLToPath(new URL('../../../bin/inventory-events.js', import.meta.url))
const START_MS = 60_000
/** Longer than the service's drain timeout. */
const STOP_MS = 40_000
const KILL_MS = 5_000
const LOG_TAIL_LINES = 5

export interface Replica {
  name: string
  pid: number
  logFile: string
  /** The base URL of its HTTP server. */
  url: string
  /** How it ended and the end of its log; undefined while it runs. */
  ending(): Promise<string | undefined>
  /** Stops it, by SIGKILL if SIGTERM does not suffice, and returns how it ended: `exit 0`. */
  stop(): Promise<string>
}

export interface ReplicaOptions {
  name: string
  /** Its working directory; its log is written there. */
  folder: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

/** Starts `serve` as a child process and waits until it logs its port. */
export async function startReplica(
  options: ReplicaOptions,
  onSpawned: (stop: () => Promise<string>) => void,
): Promise<Replica> {
  const { name, folder, signal } = options
  const logFile = join(folder, `${name}.log`)
  const child = launch(options, logFile)
  const ended = watchEnd(child)
  const stop = () => stopChild(child, ended)
  const endingOf = async () => {
    const end = ended()
    return end && `${end}; ${logFile} ends with:\n  ${await tailOf(logFile)}`
  }
  onSpawned(stop)
  let port: number | undefined
  const hasStarted = async () => {
    const ending = await endingOf()
    if (ending !== undefined) throw failed(`${name} ended during startup: ${ending}`)
    port = await portIn(logFile)
    return port !== undefined
  }
  await waitFor(`${name} to start; see ${logFile}`, hasStarted, { timeoutMs: START_MS, signal })
  const url = `http://127.0.0.1:${port}`
  return { name, pid: child.pid!, logFile, url, ending: endingOf, stop }
}

/** Spawns it in its own process group, so that Ctrl-C in a terminal reaches only the demo. */
function launch({ folder, env }: ReplicaOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, [BIN, 'serve'], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
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

/** Reads the port from the log line `started`. */
async function portIn(logFile: string): Promise<number | undefined> {
  const lines = (await readFile(logFile, 'utf8')).split('\n')
  const started = lines.find((line) => line.includes('"msg":"started"') && line.endsWith('}'))
  return started === undefined ? undefined : (JSON.parse(started).httpPort as number)
}

async function tailOf(logFile: string): Promise<string> {
  const log = await readFile(logFile, 'utf8')
  return log.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n  ')
}
