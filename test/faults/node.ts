import { mkdir } from 'node:fs/promises'
import { markOf } from '../../src/dev/stack/maven-stack.ts'
import {
  type Launched,
  type LaunchOptions,
  launchJava,
} from '../../src/dev/stack/process/launch.ts'
import { waitUntil } from '../../src/dev/stack/process/poll.ts'
import { pidsMarked } from '../../src/dev/stack/process/processes.ts'

const KILL_MS = 10_000

/** A Java server that can be killed and restarted. It ends with the suite. */
export interface Node {
  name: string
  start(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: it accepts connections and never answers. */
  freeze(): Promise<void>
}

export interface NodeSite {
  folder: string
  mark: string
  launch: (options: Pick<LaunchOptions, 'name' | 'args' | 'env'>) => Launched
}

export function nodeAt(
  folder: string,
  name: string,
  start: (site: NodeSite) => Promise<void>,
  signal: AbortSignal,
): Node {
  const mark = markOf(folder)
  /** Each start gets its own log file. */
  let starts = 0

  async function kill(): Promise<void> {
    const isGone = async () => {
      const pids = await pidsMarked(mark)
      for (const pid of pids) sendKill(pid)
      return pids.length === 0
    }
    if (!(await waitUntil(isGone, { timeoutMs: KILL_MS }))) throw new Error(`cannot kill ${name}`)
  }

  return {
    name,
    async start() {
      signal.throwIfAborted()
      await mkdir(folder, { recursive: true })
      starts += 1
      const logName = `${name}-${starts}`
      const launch: NodeSite['launch'] = (part) =>
        launchJava({ ...part, name: logName, folder, mark, life: 'owned' })
      await start({ folder, mark, launch })
    },
    kill,
    async freeze() {
      for (const pid of await pidsMarked(mark)) process.kill(pid, 'SIGSTOP')
    },
  }
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}
