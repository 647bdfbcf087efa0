import type { BenchCase } from '../lib/bench.ts'
import { compare, ratio } from '../lib/compare.ts'
import { idiom, plain, service } from '../lib/contenders.ts'
import { shareWanted } from '../lib/share-wanted.ts'

export const where: BenchCase = {
  name: 'where',
  title: '10 plugins with `where` on fields, 2 % match',
  inQuick: true,
  async run(bench) {
    const rows = await compare(bench, [
      plain(bench, 'plain', { work: 'count' }),
      service(bench, 'service', { wants: 'by-field', plugins: 10 }),
      idiom(bench, 'by-field', 10),
    ])
    return {
      rows,
      findings: [
        ratio(rows, 'perSecond', ['service', 'plain'], { atLeast: 1.8 }),
        ratio(rows, 'cpuMicros', ['service', 'plain'], { quickAtMost: 3.5 }),
        ratio(rows, 'perSecond', ['service', 'idiom'], { atLeast: 1.5 }),
        ratio(rows, 'cpuMicros', ['service', 'idiom'], { quickAtMost: 1.7 }),
      ],
      notes: [shareWanted(bench, 'by-field', 10)],
    }
  },
}
