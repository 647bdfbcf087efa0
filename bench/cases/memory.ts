import type { BenchCase } from '../lib/bench.ts'
import { compare } from '../lib/compare.ts'
import { service } from '../lib/contenders.ts'

export const memory: BenchCase = {
  name: 'memory',
  title: 'peak memory with the length of the run, 10 plugins, one wants 2 % by name',
  inQuick: false,
  async run(bench) {
    const options = { wants: 'by-name', plugins: 10, collects: true } as const
    const rows = await compare({ ...bench, rounds: 1 }, [service(bench, 'service', options)])
    const { peakMiB = Number.NaN, more } = rows[0]?.samples[0] ?? {}
    const measured = (name: string) => more?.[name] ?? Number.NaN
    const early = measured('earlyPeakMiB')
    return {
      rows,
      findings: [
        { what: 'peak memory after a fifth of the run', value: early, unit: 'MiB' },
        { what: 'peak memory after all of it', value: peakMiB, unit: 'MiB' },
        { what: 'all of it to a fifth', value: peakMiB / early, unit: '×', atMost: 1.25 },
        {
          what: 'alive after a fifth, by a collection',
          value: measured('earlyLiveMiB'),
          unit: 'MiB',
        },
        {
          what: 'alive after four fifths, by a collection',
          value: measured('lateLiveMiB'),
          unit: 'MiB',
        },
      ],
    }
  },
}
