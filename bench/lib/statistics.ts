import type { Sample } from './meter.ts'

export interface Spread {
  median: number
  least: number
  most: number
}

/** The results of one contender over all rounds. */
export interface Row {
  contender: string
  records: number
  perSecond: Spread
  cpuMicros: Spread
  peakMiB: Spread
  samples: readonly Sample[]
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
  return { median, least: at(0), most: at(sorted.length - 1) }
}

export function rowOf(contender: string, samples: readonly Sample[]): Row {
  const spread = (value: (sample: Sample) => number) => spreadOf(samples.map(value))
  return {
    contender,
    records: samples[0]?.records ?? 0,
    perSecond: spread(({ records, wallMs }) => (records / wallMs) * 1_000),
    cpuMicros: spread(({ records, cpuMs }) => (cpuMs / records) * 1_000),
    peakMiB: spread((sample) => sample.peakMiB),
    samples,
  }
}
