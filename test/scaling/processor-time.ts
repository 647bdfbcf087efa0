import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from '../faults/commits.ts'
import type { Window } from './gaps.ts'

/** Seconds of processor time that each process had used by then, as far as the system tells. */
interface Sample {
  atUs: number
  seconds: ReadonlyMap<number, number>
}

const INTERVAL_MS = 250
/** What Linux counts in, whatever the kernel's own ticks are. */
const TICKS_PER_SECOND = 100

/** Asks over and over. Where there is no /proc, nothing is known. */
export function watchProcessorTime(pids: () => readonly number[]) {
  const samples: Sample[] = []
  const stopped = new AbortController()

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      const seconds = new Map<number, number>()
      for (const pid of pids()) {
        const used = await secondsOf(pid)
        if (used !== undefined) seconds.set(pid, used)
      }
      samples.push({ atUs: nowUs(), seconds })
      await sleep(INTERVAL_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  }

  const watching = watch()
  return {
    /** How much of one core processes used together in the window; undefined if it is not known. */
    coresIn(wanted: readonly number[], { fromUs, toUs }: Window): number | undefined {
      const known = samples.filter(({ seconds }) => wanted.every((pid) => seconds.has(pid)))
      const inside = known.filter(({ atUs }) => fromUs <= atUs && atUs <= toUs)
      const [first, last] = [inside[0], inside.at(-1)]
      if (first === undefined || last === undefined || first === last) return undefined
      const usedBy = (pid: number) => last.seconds.get(pid)! - first.seconds.get(pid)!
      const used = wanted.reduce((sum, pid) => sum + usedBy(pid), 0)
      return used / ((last.atUs - first.atUs) / 1_000_000)
    },
    async stop() {
      stopped.abort()
      await watching
    },
  }
}

/** From /proc: the 14th and 15th field of a process, of which the second may hold blanks. */
async function secondsOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined) return undefined
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
