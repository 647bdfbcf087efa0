import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from '../faults/commits.ts'
import type { Window } from './gaps.ts'

/** Seconds of CPU time that each process had used by then, if known. */
interface Sample {
  atUs: number
  seconds: ReadonlyMap<number, number>
}

const INTERVAL_MS = 250
/** USER_HZ on Linux, independent of the kernel's timer frequency. */
const TICKS_PER_SECOND = 100

/** Samples /proc; on systems without it nothing is known. */
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
    /** How many cores the processes used together in the window; undefined if not known. */
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

/** utime and stime, fields 14 and 15 of /proc/<pid>/stat; field 2 may contain blanks. */
async function secondsOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined) return undefined
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
