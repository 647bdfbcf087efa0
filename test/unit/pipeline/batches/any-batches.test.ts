import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Event } from '../../../../src/event/event.ts'
import { createMemoryStore } from '../../../../src/idempotency/memory.ts'
import type { IdempotencyStore } from '../../../../src/idempotency/store.ts'
import { reject, retryAfter, skip } from '../../../../src/plugin/returns/returns.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { batchPlugin, partition, pipelineKit } from '../../../support/pipeline-kit.ts'

/** What the handler does with an event: of `throws`, in each of its first attempts. */
const conduct = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ type: 'ok' as const, times: 0 }) },
  fc.record({ type: fc.constant('throws' as const), times: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ type: fc.constant('later' as const), times: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ type: fc.constantFrom('skip' as const, 'reject' as const), times: fc.constant(0) }),
)

const item = fc.record({
  key: fc.constantFrom('a', 'b', 'c', null),
  partition: fc.nat(1),
  conduct,
  beforeMs: fc.constantFrom(0, 0, 0, 5, 60),
  /** How long the store takes for its claim. */
  claimMs: fc.constantFrom(0, 0, 2, 30),
})

const cases = fc.record({
  items: fc.array(item, { minLength: 1, maxLength: 40 }),
  maxEvents: fc.integer({ min: 1, max: 8 }),
  maxWaitMs: fc.constantFrom(0, 10, 50),
  concurrency: fc.integer({ min: 1, max: 3 }),
  callMs: fc.constantFrom(0, 3, 40),
  lostAfter: fc.option(fc.nat(39), { nil: undefined }),
})

const RETRY = { maxAttempts: 4, initialDelayMs: 20, maxDelayMs: 100 }

it('keeps order, completes everything, and blames no event for another, whatever comes', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ items, lostAfter, callMs, ...options }) => {
      const byId = new Map(items.map((each, n) => [`e${n}`, each]))
      const laneOf = (id: string) => {
        const { key, partition } = byId.get(id) as (typeof items)[number]
        // Two partitions hold different entities.
        return `${partition}/${key}`
      }
      const numberOf = (id: string) => Number(id.slice(1))
      /** What the handler must not see. It would take an assertion for a failure of its own. */
      const violations: string[] = []
      const busy = new Set<string>()
      const completed = new Set<string>()
      let running = 0
      const sink = batchPlugin({
        ...options,
        retry: RETRY,
        async processEvents(events, context) {
          const ids = events.map(({ id }) => id)
          const lanes = new Set(ids.map(laneOf))
          running += 1
          if (events.length > options.maxEvents) violations.push(`${events.length} events`)
          if (running > options.concurrency) violations.push(`${running} calls at once`)
          for (const lane of lanes) if (busy.has(lane)) violations.push(`two calls of ${lane}`)
          for (const lane of lanes) busy.add(lane)
          violations.push(...overtaking(ids))
          const attempts = new Map(events.map((event) => [event, context.of(event).attempt]))
          if (callMs > 0) await kit.clock.sleep(callMs)
          for (const lane of lanes) busy.delete(lane)
          running -= 1
          return outcomesOf(events, attempts)
        },
      })
      const clock = new ManualClock()
      const memory = createMemoryStore({ clock, ttlMs: 1e9, maxMarks: 1_000 })
      const store: IdempotencyStore = {
        ...memory,
        claim(key, fingerprint) {
          const ms = byId.get(key.eventId)?.claimMs ?? 0
          if (ms === 0) return memory.claim(key, fingerprint)
          return clock.sleep(ms).then(() => memory.claim(key, fingerprint))
        },
      }
      const kit = { ...pipelineKit({ plugins: [sink], store, clock }), clock }
      const parts = [partition(kit, 0), partition(kit, 1)]
      let lost = false

      function overtaking(ids: readonly string[]): string[] {
        return ids.flatMap((id, at) =>
          [...byId.keys()]
            .filter((other) => laneOf(other) === laneOf(id) && numberOf(other) < numberOf(id))
            .filter((other) => !ids.slice(0, at).includes(other) && !completed.has(other))
            .map((other) => `${id} before ${other}`),
        )
      }

      function outcomesOf(events: readonly Event[], attempts: Map<Event, number>) {
        const outcomes = new Map()
        for (const event of events) {
          const { type, times } = (byId.get(event.id) as (typeof items)[number]).conduct
          const isEarly = (attempts.get(event) ?? 0) <= times
          if (type === 'throws' && isEarly) throw new Error(`no ${event.id}`)
          if (type === 'later' && isEarly) outcomes.set(event, retryAfter(30, 'later'))
          if (type === 'skip') outcomes.set(event, skip('no need'))
          if (type === 'reject') outcomes.set(event, reject('never'))
        }
        const late = new Set<string>()
        for (const event of events) {
          const isLate = byId.get(event.id)?.conduct.type === 'later' && outcomes.has(event)
          if (isLate) late.add(laneOf(event.id))
          if (!late.has(laneOf(event.id))) completed.add(event.id)
        }
        return outcomes
      }

      const push = kit.ended.push.bind(kit.ended)
      kit.ended.push = (...all) => {
        for (const { id } of all) completed.add(id)
        return push(...all)
      }
      await settled()
      for (const [n, { key, partition: at, beforeMs }] of items.entries()) {
        if (beforeMs > 0) await kit.clock.advance(beforeMs)
        if (n === lostAfter) {
          parts[1]?.lose()
          lost = true
        }
        if (lost && at === 1) continue
        const record = { value: Buffer.from(JSON.stringify({ kind: 'k', id: `e${n}` })) }
        const keyed = key === null ? null : Buffer.from(`${at}${key}`)
        expect(parts[at]?.take({ ...record, key: keyed })).toBeUndefined()
      }
      await kit.clock.advance(600_000)
      expect(violations).toEqual([])
      for (const lane of new Set([...byId.keys()].map(laneOf))) {
        const handled = kit.ended.filter(({ id }) => laneOf(id) === lane)
        const numbers = handled
          .filter(({ outcome }) => outcome === 'processed')
          .map(({ id }) => numberOf(id))
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      }
      expect(kit.pipeline.stats()).toEqual({
        inFlightDeliveries: 0,
        inFlightBytes: 0,
        unaccounted: 0,
      })
      const ends = new Map(kit.ended.map(({ id, outcome }) => [id, outcome]))
      expect(ends.size).toBe(kit.ended.length)
      for (const [
        n,
        {
          conduct: { type, times },
          partition: at,
        },
      ] of items.entries()) {
        const outcome = ends.get(`e${n}`)
        if (outcome === undefined && lostAfter !== undefined && at === 1) continue
        const isExhausted = type === 'throws' && times >= RETRY.maxAttempts
        const normal = {
          ok: 'processed',
          throws: 'processed',
          later: 'processed',
          skip: 'skipped',
          reject: 'rejected',
        }
        expect(outcome, `e${n}`).toBe(isExhausted ? 'dead-lettered' : normal[type])
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)
