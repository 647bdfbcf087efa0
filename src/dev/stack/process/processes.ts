import { readdir, readFile } from 'node:fs/promises'
import { InventoryEventsError } from '../../../util/errors.ts'
import { waitUntil } from './poll.ts'
import { runCommand } from './run-command.ts'

const GRACE_MS = 10_000
const KILL_MS = 5_000
const PS_MS = 5_000

/**
 * Ends every process that has the mark as an argument, with SIGTERM and then SIGKILL. Unlike a
 * recorded pid, the mark finds processes whose starter was killed, and never a process that reuses a
 * pid. Throws STACK_UNAVAILABLE if some can't be ended.
 */
export async function endMarked(mark: string): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGTERM', GRACE_MS],
    ['SIGKILL', KILL_MS],
  ] as const) {
    for (const pid of await pidsMarked(mark)) sendSignal(pid, signal)
    const gone = async () => (await pidsMarked(mark)).length === 0
    if (await waitUntil(gone, { timeoutMs })) return
  }
  const left = (await pidsMarked(mark)).join(', ')
  throw new InventoryEventsError('STACK_UNAVAILABLE', `cannot end process ${left}: not permitted?`)
}

export async function pidsMarked(mark: string): Promise<number[]> {
  const listed = process.platform === 'linux' ? await listFromProc() : await listFromPs()
  return listed.filter(({ args }) => args.includes(mark)).map(({ pid }) => pid)
}

/** Distinguishes a process from a later one with the same pid; `undefined` if there is none. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const { exit, output } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)], {
      timeoutMs: PS_MS,
    })
    return exit === 0 ? output.trim() : undefined
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The start time is field 22. Field 2, the program's name, may contain blanks and parentheses.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

interface Listed {
  pid: number
  args: string[]
}

async function listFromProc(): Promise<Listed[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return { pid: Number(pid), args: line.split('\0') }
    }),
  )
}

async function listFromPs(): Promise<Listed[]> {
  const { output } = await runCommand('ps', ['-axww', '-o', 'pid=,command='], { timeoutMs: PS_MS })
  return output.split('\n').map((line) => {
    const [pid, ...args] = line.trim().split(/\s+/)
    return { pid: Number(pid), args }
  })
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended, or belongs to another user: the caller checks whether it is gone.
  }
}
