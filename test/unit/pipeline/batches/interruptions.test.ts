import { expect, it } from 'vitest'
import type { CrashCounts } from '../../../../src/pipeline/admit/crash-counts.ts'
import { allOn } from '../../../../src/pipeline/admit/plugin-switches.ts'
import { batchSituation, failOn, idsOf } from '../../../support/batches.ts'
import { settled } from '../../../support/manual-clock.ts'
import { partition } from '../../../support/pipeline-kit.ts'

const ALL_DONE = { inFlightDeliveries: 0, inFlightBytes: 0, unaccounted: 0 }

it('opens the breaker in an outage without using attempts of events that were not alone', async () => {
  let isDown = true
  const ids = Array.from({ length: 64 }, (_, n) => `${String.fromCharCode(97 + (n % 26))}x${n}`)
  const attempts: number[] = []
  const { put, calls, clock, notes, outcomes } = batchSituation(
    (events, context) => {
      attempts.push(...events.map((event) => context.of(event).attempt))
      if (isDown) throw new Error('the sink is down')
    },
    { maxEvents: 64 },
  )
  // Ids of this test have a lane each.
  put(...ids.map((id) => id.replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] as string)))
  await clock.advance(60)
  expect(notes.filter((note) => note === 'retry')).toHaveLength(4)
  expect(notes).toContain('breaker open')
  expect(calls.length).toBeLessThan(20)
  isDown = false
  await clock.advance(5_000)
  expect(notes).toContain('breaker closed')
  expect(outcomes()).toHaveLength(64)
  expect(outcomes().every((outcome) => outcome.endsWith('processed'))).toBe(true)
  expect(Math.max(...attempts)).toBe(2)
})

it('calls an event that has failed alone without others, so that it fails no others again', async () => {
  const { put, calls, clock } = batchSituation(failOn('bad'))
  put('bad', 'a')
  await clock.advance(55)
  put('b', 'c')
  await clock.advance(1_000)
  expect(calls).toEqual(['bad a', 'bad', 'a', 'b c', 'bad', 'bad'])
})

it('aborts a call at its time limit, and halves its batch', async () => {
  const { put, calls, clock, outcomes } = batchSituation((events, { signal }) => {
    if (!idsOf(events).includes('slow')) return
    return new Promise((_, refuse) =>
      signal.addEventListener('abort', () => refuse(new Error('aborted'))),
    )
  })
  put('a', 'slow')
  await clock.advance(1_050)
  expect(calls).toEqual(['a slow', 'a', 'slow'])
  expect(outcomes()).toEqual(['a processed'])
})

it('does not call events of a partition that is lost while they wait', async () => {
  const { put, lose, calls, clock, notes, pipeline, ...kit } = batchSituation()
  const other = partition({ pipeline, clock, notes, ...kit } as never, 1)
  put('a')
  other.put({ kind: 'k', id: 'z' }, 'z')
  lose()
  await clock.advance(50)
  expect(calls).toEqual(['z'])
  expect(notes).toEqual(['abandoned'])
  expect(pipeline.stats()).toEqual(ALL_DONE)
})

it('calls the others again when a partition is lost during their call', async () => {
  const { put, lose, calls, clock, notes, outcomes, pipeline, ...kit } = batchSituation(
    (events, { signal }) => {
      if (!idsOf(events).includes('a')) return
      return new Promise((_, refuse) =>
        signal.addEventListener('abort', () => refuse(signal.reason)),
      )
    },
  )
  const other = partition({ pipeline, clock, notes, ...kit } as never, 1)
  put('a')
  other.put({ kind: 'k', id: 'z' }, 'z')
  await clock.advance(50)
  lose()
  await settled()
  expect(calls).toEqual(['a z', 'z'])
  expect(outcomes()).toEqual(['z processed'])
  expect(notes).toEqual(['abandoned'])
  expect(pipeline.stats()).toEqual(ALL_DONE)
})

it('hands a partition over without waiting for its batch to fill', async () => {
  const { put, epoch, lose, calls, clock, pipeline, ledger } = batchSituation(() => {}, {
    maxWaitMs: 60_000,
  })
  put('a1', 'a2', 'b1')
  await settled()
  expect(await pipeline.release(epoch, 1_000)).toBe('drained')
  expect(calls).toEqual([])
  expect(ledger.watermark).toBe(0)
  await settled()
  lose()
  await clock.advance(60_000)
  expect(calls).toEqual([])
  expect(pipeline.stats()).toEqual(ALL_DONE)
})

it('calls what it has gathered at once when it is drained', async () => {
  const { put, calls, pipeline, ledger } = batchSituation(() => {}, { maxWaitMs: 60_000 })
  put('a', 'b')
  expect(await pipeline.drain(1_000)).toBe('drained')
  expect(calls).toEqual(['a b'])
  expect(ledger.watermark).toBe(2)
})

it('does not wait for more when memory is used up', async () => {
  const { take, put, calls } = batchSituation(
    () => {},
    { maxWaitMs: 60_000 },
    { maxInFlightBytes: 2_000 },
  )
  put('a', 'b')
  const obstacle = take({ value: Buffer.from(JSON.stringify({ kind: 'k', id: 'c'.repeat(400) })) })
  await settled()
  expect(obstacle?.why).toBe('plugin sink has used its share')
  expect(calls).toEqual(['a b'])
})

it('does not call a batch of a plugin that was paused or disabled while it was gathered', async () => {
  const pause = new AbortController()
  let isPaused = false
  let isDisabled = false
  const switches = {
    ...allOn,
    pauseOf: () => (isPaused ? pause.signal : undefined),
    skipCauseOf: () => (isDisabled ? ('disabled' as const) : undefined),
  }
  const { put, calls, clock, outcomes } = batchSituation(() => {}, {}, { switches })
  put('a', 'b')
  isPaused = true
  await clock.advance(50)
  expect(calls).toEqual([])
  isPaused = false
  pause.abort()
  await clock.advance(50)
  expect(calls).toEqual(['a b'])
  put('c')
  await settled()
  isDisabled = true
  await clock.advance(50)
  expect(calls).toEqual(['a b'])
  expect(outcomes()).toEqual(['a processed', 'b processed', 'c skipped'])
})

it('suspects all events of a batch whose handler ignores its signal, and calls suspects alone', async () => {
  const stored: CrashCounts = new Map()
  const crashes = {
    read: async () => stored,
    change: async (_: unknown, edit: (counts: CrashCounts) => void) => edit(stored),
  }
  const first = batchSituation(() => new Promise(() => {}), {}, { crashes })
  await settled()
  first.put('a', 'b')
  await first.clock.advance(2_000)
  expect(first.notes).toEqual(['stuck sink'])
  expect([...stored]).toEqual([
    ['0/sink', 0],
    ['1/sink', 0],
  ])

  const next = batchSituation(() => {}, {}, { crashes })
  await settled()
  next.put('a', 'b', 'c')
  await next.clock.advance(50)
  expect(next.calls.sort()).toEqual(['a', 'b', 'c'])
  expect([...stored]).toEqual([])
})
