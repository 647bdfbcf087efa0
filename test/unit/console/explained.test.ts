import { expect, it } from 'vitest'
import { withTimeline } from '../../../src/console/view/event-timeline.ts'
import { maskedExplanation } from '../../../src/console/view/masked-explanation.ts'
import { outcomesOf } from '../../../src/console/view/outcomes.ts'
import type {
  ExplainedDeadLetter,
  ExplainedPlugin,
  Explanation,
} from '../../../src/explain/explanation.ts'

const SECRET = 'what the event held'
const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`

const letter: ExplainedDeadLetter = {
  ...{ place: 't.dead-letters/0@3', time: at(2), plugin: 'fails', group: 'g' },
  ...{
    reason: 'exhausted',
    attempts: 2,
    error: SECRET,
    code: SECRET,
    redrives: 0,
    record: 't/0@1',
  },
  thrown: { type: 'RangeError', at: 'a.ts:1:2', stack: SECRET },
}
const completed = (minute: number, outcome: 'processed' | 'dead-lettered') =>
  ({ type: 'completed', outcome, at: at(minute), content: 'same', expired: false }) as const
const plugin = (more: Partial<ExplainedPlugin>): ExplainedPlugin => ({
  ...{ plugin: 'works', summary: 'processed', state: { state: 'enabled' } },
  filter: { decision: 'wanted', why: `where: data.name is ${SECRET}` },
  ...{ passedBy: null, completion: completed(1, 'processed'), letters: [], redrives: [] },
  remembers: { type: 'state', version: 1, value: { last: SECRET }, at: at(1) },
  ...more,
})
const explanation: Explanation = {
  ...{
    id: 'e',
    group: 'g',
    events: 'on',
    letters: [letter],
    redrives: [],
    searched: [],
    unknown: [],
  },
  records: [
    {
      ...{ place: 't/0@1', topic: 't', partition: 0, offset: 1, time: at(0), entity: 'a' },
      content: { type: 'undecodable', why: `expected a text, got ${SECRET}`, knownBy: 'ce_id' },
      ...{ obstacle: null, progress: { type: 'done', committed: 2 }, letters: [], redrives: [] },
      plugins: [
        plugin({}),
        plugin({
          ...{ plugin: 'fails', completion: completed(2, 'dead-lettered'), letters: [letter] },
          redrives: [
            {
              ...{ place: 't.redrive/0@0', time: at(3), plugin: 'fails', generation: 1 },
              ...{ letter: letter.place, record: 't/0@1', summary: 'processed' },
              ...{
                progress: { type: 'done', committed: 1 },
                completion: completed(4, 'processed'),
              },
            },
          ],
        }),
      ],
    },
  ],
}

it('a reader gets nothing that may hold content, in no part of an explanation', () => {
  expect(JSON.stringify(withTimeline(explanation))).toContain(SECRET)
  expect(JSON.stringify(withTimeline(maskedExplanation(explanation)))).not.toContain(SECRET)
  expect(JSON.stringify(outcomesOf(maskedExplanation(explanation)))).not.toContain(SECRET)
  const byName = plugin({ filter: { decision: 'unwanted', why: 'wants does not have x' } })
  const [record] = maskedExplanation({
    ...explanation,
    records: [{ ...explanation.records[0]!, plugins: [byName] }],
  }).records
  expect(record!.plugins[0]!.filter).toEqual(byName.filter)
})

it('the timeline has each thing once, in order, and says how it went last', () => {
  const { timeline, tones } = withTimeline({ ...explanation, letters: [] })
  expect(timeline.map(({ at: time, plugin: of, what, tone }) => [time, of, what, tone])).toEqual([
    [at(0), null, 'written to its topic', null],
    [at(1), 'works', 'processed', 'ok'],
    [at(2), 'fails', expect.stringMatching(/^dead-lettered: exhausted after 2 attempts: /), 'dead'],
    [at(3), 'fails', 'redriven', 'wait'],
    [at(4), 'fails', 'processed', 'ok'],
  ])
  expect(tones).toEqual({ 't/0@1': { works: 'ok', fails: 'ok' } })
})
