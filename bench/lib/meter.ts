import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What a contender's process tells of one run. */
export interface Sample {
  records: number
  /** From the first record to the last. */
  wallMs: number
  /** Of this process, in the same time. */
  cpuMs: number
  peakMiB: number
  /** What some contenders tell besides. */
  more?: Record<string, number>
}

/** Measures this process from `begin` to `end`; both may be called again to no effect. */
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

/** What is alive on V8's heap and beside it, by a collection that is made for this. */
export function liveMiB(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1_048_576
}

export function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1_024
}
