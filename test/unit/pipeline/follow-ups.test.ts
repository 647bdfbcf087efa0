import { expect, it } from 'vitest'
import { headersOf, NO_HEADERS } from '../../../src/event/headers.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import type { FollowUp, FollowUpRecord } from '../../../src/follow-up/follow-up.ts'
import { FOLLOW_UP } from '../../../src/follow-up/headers.ts'
import type { PluginContext, StatePluginContext } from '../../../src/plugin/plugin.ts'
import { reject, skip } from '../../../src/plugin/returns/returns.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { settled } from '../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const SOURCE = { id: 'a', kind: 'inventory.moved', time: '2026-01-15T10:30:00Z' }
const CHANGED = { name: 'stock.changed', kwargs: { n: 1 } }

type Process = Parameters<typeof plugin>[0]['processEvent']

/** A pipeline with a plugin, what its handler publishes, and how that fares. */
function situation(processEvent: Process, part: Partial<Parameters<typeof plugin>[0]> = {}) {
  const written: FollowUpRecord[] = []
  const faults = { encode: [] as Error[], write: [] as Error[] }
  const drafts: FollowUp[] = []
  const kit = pipelineKit({
    plugins: [plugin({ ...part, processEvent })],
    followUps: {
      kinds: INVENTORY_KINDS,
      encode(followUps) {
        const fault = faults.encode.shift()
        if (fault !== undefined) throw fault
        drafts.push(...followUps)
        return followUps.map(({ event, topic = 'default', key = 'own' }) => {
          return { topic, key, value: Buffer.from(event.id), headers: NO_HEADERS }
        })
      },
      async write(records) {
        const fault = faults.write.shift()
        if (fault !== undefined) throw fault
        written.push(...records)
      },
    },
  })
  return { kit, drafts, written, faults, p: partition(kit) }
}

it('writes what a handler published before the delivery is completed', async () => {
  const { kit, written, drafts, p } = situation((_, { publish }) => {
    publish(CHANGED, { topic: 'stock', key: 'p-1' })
    publish(CHANGED, { name: 'second' })
  })
  p.put(SOURCE)
  await settled()
  expect(written).toMatchObject([
    { topic: 'stock', key: 'p-1' },
    { topic: 'default', key: 'own' },
  ])
  expect(drafts[0]).toMatchObject({
    source: '/inventory-events/group/plugin',
    cause: 'a',
    hops: 1,
    event: { time: SOURCE.time },
  })
  expect(kit.notes).toEqual(['published 2'])
  expect(kit.ended).toMatchObject([{ outcome: 'processed' }])
  expect(p.ledger.watermark).toBe(1)
})

it('writes them again, without another call, until they are acknowledged', async () => {
  let calls = 0
  const { kit, written, faults, p } = situation((_, { publish }) => {
    calls += 1
    publish(CHANGED)
  })
  faults.write.push(new Error('not acknowledged'), new Error('not acknowledged'))
  p.put(SOURCE)
  await settled()
  expect(p.ledger.watermark).toBe(0)
  await kit.clock.advance(1_000)
  expect([written.length, p.ledger.watermark]).toEqual([0, 0])
  await kit.clock.advance(1_000)
  expect([written.length, p.ledger.watermark, calls]).toEqual([1, 1, 1])
  expect(kit.notes).toEqual(['follow-up events failed', 'follow-up events failed', 'published 1'])
})

it('publishes the same events on every attempt, and only those of the one that counts', async () => {
  const ids: (string | undefined)[] = []
  const { written, drafts, kit, p } = situation((_, { publish, attempt }) => {
    publish(CHANGED)
    if (attempt < 3) throw new Error('fails')
  })
  p.put(SOURCE)
  for (let n = 0; n < 3; n += 1) await kit.clock.advance(1_000)
  ids.push(...drafts.map(({ event }) => event.id))
  expect(written.map(({ value }) => value.toString())).toEqual(ids)
  expect(ids).toHaveLength(1)
})

it.each([
  ['skip', skip('no need'), 1],
  ['reject', reject('bad'), 0],
] as const)('a handler that returns %s publishes %s', async (_what, value, count) => {
  const { written, p } = situation((_, { publish }) => {
    publish(CHANGED)
    return value
  })
  p.put(SOURCE)
  await settled()
  expect(written).toHaveLength(count)
  expect(p.ledger.watermark).toBe(1)
})

it('fails the call for what cannot be encoded, and names it', async () => {
  const { kit, faults, p } = situation((_, { publish }) => publish(CHANGED), {
    retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  })
  faults.encode.push(new InventoryEventsError('TOPIC_MISSING', 'topic stock does not exist'))
  p.put(SOURCE)
  await settled()
  expect(kit.letters.map(({ headers }) => headers.last('dlq.error'))).toEqual([
    'topic stock does not exist',
  ])
})

it('keeps no state of an event that becomes a dead letter because of what it published', async () => {
  const { kit, faults, p } = situation(
    (_, context) => {
      const { state, publish } = context as unknown as StatePluginContext<number>
      state.set(7)
      publish(CHANGED)
    },
    {
      retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
      state: { version: 1, initial: () => 0, maxBytes: 1_000 },
    },
  )
  faults.encode.push(new InventoryEventsError('TOPIC_MISSING', 'topic stock does not exist'))
  p.put(SOURCE)
  await settled()
  expect(kit.letters).toHaveLength(1)
  const place = { topic: 'events', partition: 0 }
  expect(kit.store.stateOf(place, 'plugin', Buffer.from('key'))).toBeUndefined()
  p.put({ ...SOURCE, id: 'b' })
  await settled()
  expect(kit.store.stateOf(place, 'plugin', Buffer.from('key'))).toMatchObject({
    text: '{"version":1,"value":7}',
  })
})

it('does not blame the handler while the registry cannot be asked', async () => {
  const attempts: number[] = []
  const { kit, written, faults, p } = situation((_, { publish, attempt }) => {
    attempts.push(attempt)
    publish(CHANGED)
  })
  const away = new InventoryEventsError('REGISTRY_UNAVAILABLE', 'away', { retryable: true })
  faults.encode.push(away, away)
  p.put(SOURCE)
  for (let n = 0; n < 3; n += 1) await kit.clock.advance(1_000)
  expect(attempts).toEqual([1, 1, 1])
  expect(written).toHaveLength(1)
  expect(kit.letters).toEqual([])
})

it('refuses two events with one id, and what is published after the call has ended', async () => {
  const seen: string[] = []
  const kept: PluginContext[] = []
  const note = (call: () => void) => {
    try {
      call()
    } catch (error) {
      seen.push((error as Error).message)
    }
  }
  const { written, p } = situation((_, context) => {
    kept.push(context)
    context.publish(CHANGED)
    note(() => context.publish(CHANGED))
    note(() => context.publish({ ...CHANGED, id: 'one' }))
    note(() => context.publish({ ...CHANGED, id: 'one' }))
  })
  p.put(SOURCE)
  await settled()
  note(() => kept[0]!.publish(CHANGED, { name: 'late' }))
  expect(seen).toEqual([
    'context.publish: this call has published an event of that name; expected a name of its own for each: publish(event, { name })',
    'context.publish: expected another id than one, which this call has published',
    'context.publish: expected to be used before the call ends',
  ])
  expect(written).toHaveLength(2)
})

it('refuses the first use of the context after the call has ended', async () => {
  const kept: PluginContext[] = []
  const { p } = situation((_, context) => void kept.push(context))
  p.put(SOURCE)
  await settled()
  expect(() => kept[0]!.publish(CHANGED)).toThrow('before the call ends')
  expect(() => (kept[0] as unknown as { state: unknown }).state).toThrow('before the call ends')
})

it('counts hops from the record', async () => {
  const { drafts, p } = situation((_, { publish }) => publish(CHANGED))
  p.take({
    value: Buffer.from(JSON.stringify(SOURCE)),
    headers: headersOf({ [FOLLOW_UP.hops]: '3' }),
  })
  await settled()
  expect(drafts).toMatchObject([{ hops: 4 }])
})
