import { describe, expect, it } from 'vitest'
import { summaryOf } from '../../../src/cli/replay/run.ts'
import { requireFinished } from '../../../src/replay/make-plan.ts'
import type { ReplayPlan } from '../../../src/replay/plan.ts'
import { previewText } from '../../../src/replay/preview.ts'

const plan: ReplayPlan = {
  ...{ slug: 'p', generation: 2, purpose: 'replay', state: 'running' },
  carriedOutBy: 'command',
  ...{ fromMs: 0, toMs: 1_000, entity: undefined, kind: undefined },
  ranges: [
    { topic: 't', partition: 0, start: 5, end: 8 },
    { topic: 't', partition: 1, start: 3, end: 3 },
    { topic: 'u', partition: 0, start: 9, end: 9 },
  ],
  ...{ by: 'ann', at: 'today', why: '' },
}

describe('an unfinished plan', () => {
  it('is reported, with the commands that resume and cancel it', () => {
    expect(() => requireFinished(plan)).toThrow(
      /^replay 2 of p from 1970.*, started by ann at today, is not finished[\s\S]*--resume\n[\s\S]*--abandon$/,
    )
    const enable: ReplayPlan = { ...plan, purpose: 'enable' }
    expect(() => requireFinished(enable)).toThrow(
      'plugins enable p --from 1970-01-01T00:00:00.000Z',
    )
    expect(() => requireFinished({ ...enable, carriedOutBy: 'replicas' })).toThrow(
      'in the console: the replicas carry it out',
    )
  })

  it('does not include one that was finished or cancelled', () => {
    for (const state of ['done', 'abandoned'] as const) requireFinished({ ...plan, state })
    requireFinished(undefined)
  })
})

it('a preview has the ranges and the expected duration', () => {
  const waiting = { count: 1, why: 'inventory.events/0@7: this version cannot read its schema' }
  const counts = { records: 3, wanted: 2, undecodable: 1, waiting }
  const preview = { ...counts, names: new Set<string>(), examples: [] }
  expect(previewText(plan, preview, 1).split('\n')).toEqual([
    '3 records from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z, 2 for p, about 2 s at 1 a second',
    '  t: 0@5-7',
    '  u: nothing',
    '  1 undecodable, to be skipped',
    '  1 record at which the run will wait: inventory.events/0@7: this version cannot read its schema',
  ])
})

it('a summary has the outcomes, and the command that lists dead letters', () => {
  const outcomes = new Map([
    ['processed', 2],
    ['rejected', 1],
    ['dead-lettered', 3],
    ['duplicate', 0],
  ])
  expect(summaryOf(plan, outcomes, 'T')).toMatch(
    /: processed 2, rejected 1, dead-lettered 3\n4 dead letters: inventory-events dead-letters list --plugin p --from T$/,
  )
  expect(summaryOf(plan, new Map(), 'T')).toMatch(/by this process: nothing$/)
})
