import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The measurements of one run of a contender. */
export interface Sample {
  records: number
  /** From the first record to the last. */
  wallMs: number
  /** CPU time of this process in that time. */
  cpuMs: number
  peakMiB: number
  /** Further measurements of some contenders. */
  more?: Record<string, number>
}

/** Measures this process from `begin` to `end`; repeated calls have no effect. */
export function createMeter() {
  let begun: { atMs: number; cpu: NodeJS.CpuUsage } | undefined
  let ended: Pick<Sample, 'wallMs' | 'cpuMs'> | undefined
  return {
    begin(): void {
      begun ??= { atMs: performance.now(), cpu: process.cpuUsage() }
    },
    end(): void {
      if (ended !== undefined) return
      if (begun === undefined) throw new Error('the meter ended before it began')
      const { user, system } = process.cpuUsage(begun.cpu)
      ended = { wallMs: performance.now() - begun.atMs, cpuMs: (user + system) / 1_000 }
    },
    sample(records: number, more?: Record<string, number>): Sample {
      if (ended === undefined) throw new Error('the meter has not ended')
      return { records, ...ended, peakMiB: peakMiB(), ...(more && { more }) }
    },
  }
}

/** The live memory on and off V8's heap, after a forced garbage collection. */
export function liveMiB(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1_048_576
}

export function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1_024
}
