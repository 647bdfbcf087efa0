import type { Bench, Finding } from './bench.ts'
import type { Sample } from './meter.ts'
import { type Row, rowOf } from './statistics.ts'

export interface Contender {
  name: string
  run(): Promise<Sample>
  /** The maximum number of rounds, for slow contenders. */
  roundsMax?: number
}

/** Runs all contenders in every round, so that other load on the machine affects all alike. */
export async function compare(bench: Bench, contenders: readonly Contender[]): Promise<Row[]> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 1; round <= bench.rounds; round++) {
    for (const { name, run, roundsMax = bench.rounds } of contenders) {
      if (round > roundsMax) continue
      const sample = await run()
      samples.get(name)?.push(sample)
      const perSecond = Math.round((sample.records / sample.wallMs) * 1_000)
      const cpuMicros = ((sample.cpuMs / sample.records) * 1_000).toFixed(2)
      bench.say(`  round ${round}, ${name}: ${perSecond} records/s, ${cpuMicros} µs CPU a record`)
    }
  }
  return contenders.map(({ name }) => rowOf(name, samples.get(name) ?? []))
}

type Target = Omit<Finding, 'what' | 'value' | 'unit'>

export type Measure = 'perSecond' | 'cpuMicros' | 'peakMiB'

const LABELS: Record<Measure, string> = {
  perSecond: 'records/s',
  cpuMicros: 'CPU a record',
  peakMiB: 'peak memory',
}

/** The ratio of two contenders' medians. */
export function ratio(
  rows: readonly Row[],
  measure: Measure,
  [one, other]: readonly [string, string],
  target: Target = {},
): Finding {
  const medianOf = (name: string) => median(rows, measure, name).value
  const what = `${LABELS[measure]}, ${one} to ${other}`
  return { what, value: medianOf(one) / medianOf(other), unit: '×', ...target }
}

const UNITS: Record<Measure, string> = { perSecond: '/s', cpuMicros: 'µs', peakMiB: 'MiB' }

/** A contender's median. */
export function median(
  rows: readonly Row[],
  measure: Measure,
  name: string,
  target: Target = {},
): Finding {
  const value = rowNamed(rows, name)[measure].median
  return { what: `${LABELS[measure]}, ${name}`, value, unit: UNITS[measure], ...target }
}

export function rowNamed(rows: readonly Row[], name: string): Row {
  const row = rows.find(({ contender }) => contender === name)
  if (row === undefined) throw new Error(`no contender is named ${name}`)
  return row
}
