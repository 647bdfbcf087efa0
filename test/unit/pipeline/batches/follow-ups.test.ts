import { expect, it } from 'vitest'
import type { Event } from '../../../../src/event/event.ts'
import { NO_HEADERS } from '../../../../src/event/headers.ts'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'
import type { FollowUpRecord } from '../../../../src/follow-up/follow-up.ts'
import type { BatchContext } from '../../../../src/plugin/batches/batch-plugin.ts'
import { reject, skip } from '../../../../src/plugin/returns/returns.ts'
import { InventoryEventsError } from '../../../../src/util/errors.ts'
import { batchSituation } from '../../../support/batches.ts'
import { settled } from '../../../support/manual-clock.ts'

const CHANGED = { name: 'stock.changed', time: '2026-01-15T10:30:00Z', kwargs: { n: 1 } }

/** A plugin that publishes an event for each of its batch, and how that fares. */
function situation(handle: (events: readonly Event[], context: BatchContext) => unknown) {
  const written: FollowUpRecord[] = []
  const faults = { encode: [] as Error[], write: [] as Error[] }
  const kit = batchSituation(
    (events, context) => {
      for (const event of events) context.of(event).publish(CHANGED, { key: event.id })
      return handle(events, context) as undefined
    },
    { maxEvents: 3 },
    {
      followUps: {
        kinds: INVENTORY_KINDS,
        encode(followUps) {
          const fault = faults.encode.shift()
          if (fault !== undefined) throw fault
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
    },
  )
  const keys = () => written.map(({ key }) => key).sort()
  return { ...kit, written, faults, keys }
}

it('publishes for each event by itself, before it is completed, with an id of its own', async () => {
  const { put, written, outcomes, keys } = situation(() => {})
  put('a1', 'b1', 'c1')
  await settled()
  expect(keys()).toEqual(['a1', 'b1', 'c1'])
  expect(new Set(written.map(({ value }) => `${value}`)).size).toBe(3)
  expect(outcomes()).toHaveLength(3)
})

it('publishes for the events that ended well, with the same ids when they are called again', async () => {
  const fates: Record<string, unknown> = { a1: skip('no need'), b1: reject('never') }
  let calls = 0
  const { put, written, keys, clock } = situation((events) => {
    calls += 1
    if (calls === 1) throw new Error('the batch fails')
    return new Map(events.flatMap((event) => (fates[event.id] ? [[event, fates[event.id]]] : [])))
  })
  put('a1', 'b1', 'c1')
  await settled()
  await clock.advance(60_000)
  expect(keys()).toEqual(['a1', 'c1'])
  const whole = situation(() => {})
  whole.put('a1', 'x1', 'c1')
  await settled()
  const idOf = (records: FollowUpRecord[], of: string) =>
    `${records.find(({ key }) => key === of)?.value}`
  for (const each of ['a1', 'c1']) expect(idOf(written, each)).toBe(idOf(whole.written, each))
})

it('fails the call for what cannot be encoded, until the event is alone', async () => {
  const { put, faults, calls, keys, clock } = situation(() => {})
  faults.encode.push(new Error('too large'))
  put('a1', 'b1', 'c1')
  await settled()
  await clock.advance(60_000)
  expect(calls.length).toBeGreaterThan(1)
  expect(keys()).toEqual(['a1', 'b1', 'c1'])
})

it('uses no attempt while Kafka or the registry is away', async () => {
  const { put, faults, keys, notes, clock } = situation(() => {})
  faults.encode.push(new InventoryEventsError('REGISTRY_UNAVAILABLE', 'away', { retryable: true }))
  faults.write.push(new Error('no broker'))
  put('a1', 'b1', 'c1')
  for (let n = 0; n < 5; n += 1) {
    await settled()
    await clock.advance(60_000)
  }
  expect(keys()).toEqual(['a1', 'b1', 'c1'])
  expect(notes.join(' ')).not.toContain('retry')
})
