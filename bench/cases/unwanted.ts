import type { BenchCase } from '../lib/bench.ts'
import { compare, ratio } from '../lib/compare.ts'
import { idiom, plain, service } from '../lib/contenders.ts'

export const unwanted: BenchCase = {
  name: 'unwanted',
  title: '10 plugins, none wants the event',
  inQuick: true,
  async run(bench) {
    const rows = await compare(bench, [
      plain(bench, 'plain', { work: 'count' }),
      service(bench, 'service', { wants: 'none', plugins: 10 }),
      idiom(bench, 'none', 10),
    ])
    return {
      rows,
      findings: [
        ratio(rows, 'perSecond', ['service', 'plain'], { atLeast: 0.93 }),
        ratio(rows, 'cpuMicros', ['service', 'plain'], { atMost: 1.1, quickAtMost: 2.6 }),
        ratio(rows, 'perSecond', ['service', 'idiom'], { atLeast: 1.9 }),
        ratio(rows, 'cpuMicros', ['service', 'idiom'], { quickAtMost: 1.3 }),
      ],
    }
  },
}
