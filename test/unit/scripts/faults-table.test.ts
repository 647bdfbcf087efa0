import { expect, it } from 'vitest'
import { withTable } from '../../../scripts/faults-table.ts'
import type { TrialResult } from '../../faults/trial.ts'

const run = (more: Partial<TrialResult>): TrialResult => ({
  name: 'replica killed',
  seconds: 1,
  published: 10,
  lost: 0,
  removed: 0,
  duplicates: 1,
  orderBreaks: 0,
  longestPauseMs: 1_000,
  refused: 0,
  notes: [],
  problems: [],
  ...more,
})

const page = 'before\n<!-- faults -->\nold\n<!-- /faults -->\nafter\n'

it('combines the runs of a fault, with notes below', () => {
  const results = [
    run({}),
    run({ name: 'other', notes: ['5 records'] }),
    run({ longestPauseMs: 2_500 }),
  ]
  expect(withTable(page, results)).toBe(`before
<!-- faults -->
| fault | runs | published | lost | duplicates | order breaks | longest pause |
| --- | --- | --- | --- | --- | --- | --- |
| replica killed | 2 | 20 | 0 | 2 | 0 | 2.5 s |
| other | 1 | 10 | 0 | 1 | 0 | 1.0 s |

- other: 5 records
<!-- /faults -->
after
`)
})

it('rejects failed results, and a page without markers', () => {
  expect(() => withTable(page, [run({ problems: ['1 lost'] })])).toThrow('replica killed')
  expect(() => withTable('nothing', [])).toThrow('expected <!-- faults -->')
})
