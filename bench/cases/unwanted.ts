import type { BenchCase } from '../lib/bench.ts'
import { compare, median, ratio } from '../lib/compare.ts'
import { idiom, plain, service } from '../lib/contenders.ts'
import { franzGo } from '../lib/franz-go.ts'
import { javaClient } from '../lib/java-client.ts'

export const unwanted: BenchCase = {
  name: 'unwanted',
  title: '10 plugins, none wants the event',
  inQuick: true,
  async run(bench) {
    const java = await javaClient(bench, 'none', 10)
    const go = await franzGo(bench, 'none', 10)
    const rows = await compare(bench, [
      plain(bench, 'plain', { work: 'count' }),
      service(bench, 'service', { wants: 'none', plugins: 10 }),
      idiom(bench, 'none', 10),
      ...java.contenders,
      ...go.contenders,
    ])
    return {
      rows,
      findings: [
        ratio(rows, 'perSecond', ['service', 'plain'], { atLeast: 4 }),
        ratio(rows, 'cpuMicros', ['service', 'plain'], { quickAtMost: 2.6 }),
        median(rows, 'cpuMicros', 'service', { atMost: 1 }),
        ...java.contenders.map(({ name }) =>
          ratio(rows, 'perSecond', ['service', name], { atLeast: 2 }),
        ),
        ...go.contenders.map(({ name }) => ratio(rows, 'perSecond', ['service', name])),
        ratio(rows, 'perSecond', ['service', 'idiom'], { atLeast: 1.9 }),
        ratio(rows, 'cpuMicros', ['service', 'idiom'], { quickAtMost: 1.3 }),
      ],
      notes: [...java.notes, ...go.notes],
    }
  },
}
