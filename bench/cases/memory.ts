import type { BenchCase } from '../lib/bench.ts'
import { compare } from '../lib/compare.ts'
import { service } from '../lib/contenders.ts'
import { spreadOf } from '../lib/statistics.ts'

export const memory: BenchCase = {
  name: 'memory',
  title: 'peak memory with the length of the run, 10 plugins, one wants 2 % by name',
  inQuick: false,
  async run(bench) {
    const options = { wants: 'by-name', plugins: 10 } as const
    const rows = await compare({ ...bench, rounds: Math.min(bench.rounds, 3) }, [
      service(bench, 'service', options),
    ])
    const samples = rows[0]?.samples ?? []
    const early = spreadOf(samples.map(({ more }) => more?.earlyPeakMiB ?? Number.NaN)).median
    const late = spreadOf(samples.map(({ peakMiB }) => peakMiB)).median
    return {
      rows,
      findings: [
        { what: 'peak memory after a fifth of the run', value: early, unit: 'MiB' },
        { what: 'peak memory after all of it', value: late, unit: 'MiB' },
        { what: 'all of it to a fifth', value: late / early, unit: '×', atMost: 1.25 },
      ],
    }
  },
}
