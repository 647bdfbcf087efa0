import type { BenchCase } from '../lib/bench.ts'
import { compare, ratio } from '../lib/compare.ts'
import { idiom, plain, service } from '../lib/contenders.ts'
import { franzGo } from '../lib/franz-go.ts'
import { javaClient } from '../lib/java-client.ts'
import { shareWanted } from '../lib/share-wanted.ts'

export const twoPercent: BenchCase = {
  name: 'two-percent',
  title: '10 plugins, one wants 2 % by name',
  inQuick: false,
  async run(bench) {
    const java = await javaClient(bench, 'by-name', 10)
    const go = await franzGo(bench, 'by-name', 10)
    const rows = await compare(bench, [
      plain(bench, 'plain', { work: 'count' }),
      service(bench, 'service', { wants: 'by-name', plugins: 10 }),
      idiom(bench, 'by-name', 10),
      ...java.contenders,
      ...go.contenders,
    ])
    return {
      rows,
      findings: [
        ratio(rows, 'perSecond', ['service', 'plain'], { atLeast: 3 }),
        ratio(rows, 'cpuMicros', ['service', 'plain']),
        ...java.contenders.map(({ name }) =>
          ratio(rows, 'perSecond', ['service', name], { atLeast: 2 }),
        ),
        ...go.contenders.map(({ name }) => ratio(rows, 'perSecond', ['service', name])),
        ratio(rows, 'perSecond', ['service', 'idiom'], { atLeast: 1.8 }),
        ratio(rows, 'cpuMicros', ['service', 'idiom']),
      ],
      notes: [shareWanted(bench, 'by-name', 10), ...java.notes, ...go.notes],
    }
  },
}
