import { readdir, readFile } from 'node:fs/promises'
import { InventoryEventsError } from '../../../util/errors.ts'
import { waitUntil } from './poll.ts'
import { runCommand } from './run-command.ts'

const GRACE_MS = 10_000
const KILL_MS = 5_000
const PS_MS = 5_000

/**
 * Ends every process started with the mark as one of its arguments, politely first.
 * The mark finds them even when whoever started them was killed before it could note a pid, and
 * never hits a stranger that was given a pid again.
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

/** Tells a process from a later one with the same pid; `undefined` when there is none. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const { exit, output } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)], {
      timeoutMs: PS_MS,
    })
    return exit === 0 ? output.trim() : undefined
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The second field is the program's name, which may hold blanks and brackets; the 22nd is wanted.
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
    // It has ended by itself, or is not ours to end: the caller looks whether it is gone.
  }
}
