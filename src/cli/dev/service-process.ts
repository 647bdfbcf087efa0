import { spawn } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../../dev/stack/process/poll.ts'

/** The relative paths are the same from `src` and from `dist`. */
const BIN = fileURLToPath(new URL('../../../bin/inventory-events.js', import.meta.url))
const WITH_PARENT = new URL(
  `../../dev/stack/process/with-parent${extname(import.meta.url)}`,
  import.meta.url,
).href
/** Longer than the service's drain timeout. */
const STOP_MS = 40_000
const READY_MS = 60_000

export interface ServiceProcess {
  /** Aborts when it has ended. */
  ended: AbortSignal
  /** How it ended: `exit 1`. */
  ending(): string
  /** Resolves with whether it has become ready. */
  ready(): Promise<boolean>
  /** Resolves when it has ended, by SIGKILL if SIGTERM does not suffice. */
  stop(): Promise<void>
}

/** Runs a command of this program to its end. Resolves with its exit code. */
export function runSelf(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve) => child.on('close', resolve))
}

/** Starts `serve`. It is in a process group of its own, so that Ctrl-C reaches only `dev`. */
export function startServiceProcess(env: NodeJS.ProcessEnv, httpPort: number): ServiceProcess {
  const child = spawn(process.execPath, ['--import', WITH_PARENT, BIN, 'serve'], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = new AbortController()
  let ending = 'running'
  const end = (how: string) => {
    ending = how
    ended.abort()
  }
  child.on('error', ({ message }) => end(message))
  child.on('exit', (code, signal) => end(signal === null ? `exit ${code}` : `ended by ${signal}`))

  return {
    ended: ended.signal,
    ending: () => ending,
    ready: () => waitUntil(() => isReady(httpPort), { timeoutMs: READY_MS, signal: ended.signal }),
    async stop() {
      if (ended.signal.aborted) return
      child.kill('SIGTERM')
      const hasEnded = () => ended.signal.aborted
      if (await waitUntil(hasEnded, { timeoutMs: STOP_MS })) return
      child.kill('SIGKILL')
      await waitUntil(hasEnded, { timeoutMs: STOP_MS })
    },
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(2_000)
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal })).ok
  } catch {
    return false
  }
}
