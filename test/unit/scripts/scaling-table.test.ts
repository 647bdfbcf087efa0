import { expect, it } from 'vitest'
import { withTables } from '../../../scripts/scaling-table.ts'
import type { Results } from '../../scaling/tables.ts'

const throughput = {
  replicas: 1,
  perSecond: 100,
  limitPerSecond: 200,
  handlerMs: 50,
  events: 1_000,
  seconds: 10,
  replicaCores: [0.1],
  brokerCores: undefined,
}

const results: Results = {
  machine: 'Run on something.',
  throughput: [
    throughput,
    { ...throughput, replicas: 2, perSecond: 199, limitPerSecond: 400, replicaCores: [0.1, 0.2] },
  ],
  requests: [
    { when: 'at rest', perSecond: { Heartbeat: 0.3, Fetch: 10 } },
    { when: 'at 5 events/s', perSecond: { Fetch: 20, Produce: 1 } },
  ],
  changes: [
    {
      ...{ name: '1 → 2, joining', groupMs: 100, partitionMs: 1_250, moved: 6, least: 6 },
      ...{ reassignments: 1, settledMs: 2_000, caughtUpMs: 3_000, problems: [] },
    },
  ],
  verdict: { published: 9, lost: 0, duplicates: 1, orderBreaks: 0 },
  problems: [],
}

const page = 'before\n<!-- scaling -->\nold\n<!-- /scaling -->\nafter\n'

it('puts the tables between their markers', () => {
  expect(withTables(page, results)).toBe(`before
<!-- scaling -->
Run on something.

| replicas | events/s | ratio | limit | reached | handler | cores of a replica | of the broker |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 1 | 100 | 1.00 × | 200 | 50 % | 50.0 ms | 0.10 | unknown |
| 2 | 199 | 1.99 × | 400 | 50 % | 50.0 ms | 0.10 to 0.20 | unknown |

| requests in a second | at rest | at 5 events/s |
| --- | --- | --- |
| Fetch | 10.0 | 20.0 |
| Produce | 0.0 | 1.0 |
| Heartbeat | 0.3 | 0.0 |

| change | nothing handled for | a partition | moved | least possible | reassignments | shared out after | caught up after |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 1 → 2, joining | 0.1 s | 1.3 s | 6 | 6 | 1 | 2.0 s | 3.0 s |

9 events published, 0 lost, 1 done twice because of a kill, order of an entity broken 0 times.
<!-- /scaling -->
after
`)
})

it('rejects failed results, and a page without markers', () => {
  expect(() => withTables(page, { ...results, problems: ['1 lost'] })).toThrow('1 lost')
  expect(() => withTables('nothing', results)).toThrow('expected <!-- scaling -->')
})
