import { expect, it } from 'vitest'
import { DLQ } from '../../../../src/dead-letter/headers.ts'
import type { Event } from '../../../../src/event/event.ts'
import { reject, retryAfter, skip } from '../../../../src/plugin/returns/returns.ts'
import { failOn, idsOf, batchSituation as situation } from '../../../support/batches.ts'
import { settled } from '../../../support/manual-clock.ts'

it('calls the handler when the batch is full, or when its first event has waited long enough', async () => {
  const { put, calls, clock, ledger } = situation(() => {}, { maxEvents: 3, maxWaitMs: 50 })
  put('a', 'b', 'c', 'd')
  await settled()
  expect(calls).toEqual(['a b c'])
  await clock.advance(49)
  expect(calls).toEqual(['a b c'])
  await clock.advance(1)
  await settled()
  expect(calls).toEqual(['a b c', 'd'])
  expect(ledger.watermark).toBe(4)
})

it('takes several events of an entity into one batch, in order', async () => {
  const { put, calls, clock, outcomes } = situation()
  put('a1', 'b1', 'a2', 'b2', 'a3')
  await clock.advance(50)
  expect(calls).toEqual(['a1 b1 a2 b2 a3'])
  expect(outcomes()).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'].map((id) => `${id} processed`))
})

it("keeps an entity's next event out of other batches until the one before has completed", async () => {
  const first = Promise.withResolvers<void>()
  const { put, calls, clock } = situation(
    (events) => (idsOf(events) === 'a1 b1' ? first.promise : undefined),
    { maxEvents: 2, concurrency: 2 },
  )
  put('a1', 'b1', 'a2', 'c1')
  await clock.advance(50)
  expect(calls).toEqual(['a1 b1', 'c1'])
  first.resolve()
  await clock.advance(50)
  expect(calls).toEqual(['a1 b1', 'c1', 'a2'])
})

it('fills the next batch while all calls are taken', async () => {
  const first = Promise.withResolvers<void>()
  const { put, calls, clock } = situation((events) =>
    idsOf(events) === 'a' ? first.promise : undefined,
  )
  put('a')
  await clock.advance(50)
  put('b')
  await clock.advance(60)
  put('c')
  await clock.advance(60)
  expect(calls).toEqual(['a'])
  first.resolve()
  await settled()
  expect(calls).toEqual(['a', 'b c'])
})

it('halves a batch that fails until the bad event is alone, which alone uses attempts', async () => {
  const attempts = new Map<string, number[]>()
  const { put, calls, clock, outcomes, letters, pipeline } = situation((events, context) => {
    for (const event of events) {
      attempts.set(event.id, [...(attempts.get(event.id) ?? []), context.of(event).attempt])
    }
    failOn('c')(events)
  })
  put('a', 'b', 'c', 'd')
  await clock.advance(50)
  expect(calls).toEqual(['a b c d', 'a b', 'c d', 'c', 'd'])
  expect(outcomes()).toEqual(['a processed', 'b processed', 'd processed'])
  await clock.advance(1_000)
  expect(calls.slice(5)).toEqual(['c', 'c'])
  expect(Object.fromEntries(attempts)).toEqual({
    a: [1, 1],
    b: [1, 1],
    c: [1, 1, 1, 2, 3],
    d: [1, 1, 1],
  })
  expect(outcomes().at(-1)).toBe('c dead-lettered')
  expect(letters).toHaveLength(1)
  expect(pipeline.stats()).toEqual({ inFlightDeliveries: 0, inFlightBytes: 0, unaccounted: 0 })
})

it('puts back the events of an entity that come after one that failed', async () => {
  const { put, calls, clock, outcomes } = situation(failOn('a1'), {
    retry: { maxAttempts: 1, delaysMs: [] },
  })
  put('a1', 'a2', 'b1', 'a3')
  await clock.advance(50)
  expect(calls).toEqual(['a1 a2 b1 a3', 'a1 a2', 'a1', 'b1'])
  expect(outcomes()).toEqual(['a1 dead-lettered', 'b1 processed'])
  await clock.advance(50)
  expect(calls.slice(4)).toEqual(['a2 a3'])
  expect(outcomes().slice(2)).toEqual(['a2 processed', 'a3 processed'])
})

it('has an outcome for each event', async () => {
  const { put, calls, clock, outcomes, notes } = situation((events, context) => {
    const isFirst = (event: Event) => context.of(event).attempt === 1
    const outcomes = new Map()
    for (const event of events) {
      if (event.id === 'b1') outcomes.set(event, skip('no need'))
      if (event.id === 'c1') outcomes.set(event, reject('never'))
      if (event.id === 'd1' && isFirst(event)) outcomes.set(event, retryAfter(200, 'later'))
    }
    return outcomes
  })
  put('a1', 'b1', 'c1', 'd1', 'c2', 'd2')
  await clock.advance(50)
  expect(outcomes()).toEqual(['a1 processed', 'b1 skipped', 'c1 rejected', 'c2 processed'])
  expect(notes).toEqual(['delayed 200', 'dead letter rejected'])
  await clock.advance(250)
  expect(calls).toEqual(['a1 b1 c1 d1 c2 d2', 'd1 d2'])
  expect(outcomes().slice(4)).toEqual(['d1 processed', 'd2 processed'])
})

it.each([
  [
    'a list',
    (events: readonly Event[]) => events.map(() => undefined),
    'expected nothing or a Map, got object',
  ],
  ['an outcome for all', () => reject('all'), 'expected nothing or a Map, got object'],
  [
    'ids as keys',
    (events: readonly Event[]) => new Map(events.map(({ id }) => [id, skip('')])),
    'expected as keys events of the batch themselves, got string',
  ],
  [
    'copies as keys',
    (events: readonly Event[]) => new Map(events.map((event) => [{ ...event }, skip('')])),
    'expected as keys events of the batch themselves, got object',
  ],
  [
    'truth as values',
    (events: readonly Event[]) => new Map(events.map((event) => [event, true])),
    'expected as values what skip, reject or retryAfter return, got boolean',
  ],
])('fails what returns %s, instead of taking it for processed', async (_, handle, why) => {
  const { put, letters, clock } = situation(handle as never, {
    retry: { maxAttempts: 1, delaysMs: [] },
  })
  put('a')
  await clock.advance(50)
  expect(String(letters[0]?.headers.last(DLQ.error))).toContain(why)
})
