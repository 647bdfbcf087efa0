import { describe, expect, it } from 'vitest'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../../src/avro/wire-format.ts'
import type { Event, UnknownEvent } from '../../../src/event/event.ts'
import { headersByName } from '../../../src/event/headers.ts'
import { createDestinations } from '../../../src/publish/destinations.ts'
import { createPublisher } from '../../../src/publish/publisher.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { settled } from '../../support/manual-clock.ts'
import { fakeProducer, unavailable } from './fake-producer.ts'

const destroyed = (id: string, entityId = 'ent_1') => ({
  id,
  kind: 'inventory.destroyed' as const,
  time: '2024-01-15T10:30:00Z',
  transactionId: 't',
  flowId: 'f',
  entityId,
})
const created = {
  id: 'p1',
  name: 'stock_stockitem.created',
  time: '2024-01-15T10:30:00Z',
  args: [],
  kwargs: { model: 'StockItem', id: 123 },
}

function setUp() {
  let error: Error | undefined
  const { producer, batches } = fakeProducer(() => error)
  const asked: string[] = []
  const destinations = createDestinations({
    contract: builtInContract(),
    topics: { inventory: 'inventory.events', plugin: 'plugin.events' },
    async schemaIdOf(topic, { fullName }) {
      asked.push(`${topic}-${fullName}`)
      await settled()
      return asked.length
    },
    async requireTopic(topic) {
      asked.push(topic)
    },
  })
  const acknowledged: string[] = []
  const publisher = createPublisher({
    contract: builtInContract(),
    producer,
    destinations,
    deliveryTimeoutMs: 0,
    onAcknowledged: (topic) => acknowledged.push(topic),
  })
  const fail = (with_: Error | undefined) => {
    error = with_
  }
  return { publisher, producer, batches, asked, acknowledged, fail }
}

describe('the publisher', () => {
  it('writes an event keyed by its entity, framed, with CloudEvents headers', async () => {
    const { publisher, batches } = setUp()
    await publisher.publish([destroyed('e1', 'Größe-1')])
    const [{ topic, records } = { topic: '', records: [] }] = batches
    expect(topic).toBe('inventory.events')
    expect(records[0]!.key).toBe('Größe-1')
    expect(headersByName(records[0]!.headers!, String)).toEqual({
      ce_specversion: '1.0',
      ce_id: 'e1',
      ce_type: 'inventory.destroyed',
      ce_source: '/inventory-events',
      ce_time: '2024-01-15T10:30:00Z',
      'content-type': 'application/avro',
    })
    expect(schemaIdOf(records[0]!.value!)).toBe(2)
  })

  it('sends each family to its topic, and unknown kinds with the known ones', async () => {
    const { publisher, batches, acknowledged } = setUp()
    const unknown = {
      id: 'u',
      kind: 'order.new',
      time: '2024-01-15T10:30:00Z',
    } as unknown as UnknownEvent
    await publisher.publish([destroyed('e1'), created, unknown])
    expect(batches.map(({ topic, records }) => [topic, records.map(({ key }) => key)])).toEqual(
      expect.arrayContaining([
        ['inventory.events', expect.arrayContaining(['ent_1'])],
        ['plugin.events', ['stockitem:123']],
      ]),
    )
    expect(acknowledged.toSorted()).toEqual([
      'inventory.events',
      'inventory.events',
      'plugin.events',
    ])
  })

  it('rejects each call while the partitions of a topic cannot be found', async () => {
    const { publisher, producer, batches } = setUp()
    const counted = producer.partitionCount
    producer.partitionCount = () => Promise.reject(unavailable())
    await expect(publisher.publish([destroyed('e1')])).rejects.toThrow('Kafka is away')
    // Its schema is known by now.
    await expect(publisher.publish([destroyed('e2')])).rejects.toThrow('Kafka is away')
    producer.partitionCount = counted
    await publisher.publish([destroyed('e3')])
    expect(batches).toHaveLength(1)
  })

  it('looks up each topic and schema once', async () => {
    const { publisher, asked } = setUp()
    await publisher.publish([destroyed('e1'), destroyed('e2'), created])
    await publisher.publish([destroyed('e3'), created])
    expect(asked).toEqual([
      'inventory.events',
      'inventory.events-inventory_events.InventoryDestroyed',
      'plugin.events',
      'plugin.events-inventory_events.PluginEvent',
    ])
  })

  it('keeps the order of its calls, even if only the first needs a lookup', async () => {
    const { publisher, batches } = setUp()
    await publisher.publish([destroyed('known')])
    const unknown = {
      id: 'first',
      kind: 'order.new',
      time: '2024-01-15T10:30:00Z',
    } as unknown as UnknownEvent
    await Promise.all([publisher.publish([unknown]), publisher.publish([destroyed('second')])])
    const ids = batches.flatMap(({ records }) =>
      records.map(({ headers }) => headers?.last('ce_id')),
    )
    expect(ids).toEqual(['known', 'first', 'second'])
  })

  it('writes nothing when one event is invalid, and names it', async () => {
    const { publisher, batches } = setUp()
    const bad = { ...destroyed('e2'), entityId: 12 } as unknown as Event
    await expect(publisher.publish([destroyed('e1'), bad])).rejects.toMatchObject({
      code: 'EVENT_INVALID',
      message: expect.stringMatching(/^event 2: entityId: expected .+, got 12$/),
    })
    expect(batches).toEqual([])
  })

  it('rejects if Kafka did not accept them, and works again afterwards', async () => {
    const { publisher, batches, fail } = setUp()
    fail(unavailable())
    await expect(publisher.publish([destroyed('e1'), destroyed('e2')])).rejects.toThrow('away')
    fail(undefined)
    await publisher.publish([destroyed('e1')])
    expect(batches).toHaveLength(1)
  })

  it('submits single events in order with its calls, and settles each', async () => {
    const { publisher, batches } = setUp()
    const outcomes: unknown[] = []
    const submit = (event: Event) =>
      new Promise<void>((resolve) => {
        void publisher.submit(event, (error) => {
          outcomes.push(error)
          resolve()
        })
      })
    const unfit = { ...destroyed('unfit'), flowId: undefined } as unknown as Event
    await Promise.all([
      submit(destroyed('first')),
      publisher.publish([destroyed('second')]),
      submit(unfit),
      submit(destroyed('third')),
    ])
    const ids = batches.flatMap(({ records }) =>
      records.map(({ headers }) => headers?.last('ce_id')),
    )
    expect(ids).toEqual(['first', 'second', 'third'])
    expect(outcomes.filter((error) => error === undefined)).toHaveLength(2)
    expect(outcomes).toContainEqual(expect.objectContaining({ code: 'EVENT_INVALID' }))
    expect(publisher.submit(destroyed('fourth'), () => {})).toBeUndefined()
  })

  it('looks up again after the registry failed', async () => {
    let isDown = true
    const { producer, batches } = fakeProducer(() => undefined)
    const destinations = createDestinations({
      contract: builtInContract(),
      topics: { inventory: 'a', plugin: 'b' },
      requireTopic: async () => {},
      async schemaIdOf() {
        if (isDown) throw new InventoryEventsError('REGISTRY_UNAVAILABLE', 'the registry is down')
        return 1
      },
    })
    const publisher = createPublisher({ contract: builtInContract(), producer, destinations })
    await expect(publisher.publish([destroyed('e1')])).rejects.toThrow('the registry is down')
    isDown = false
    await publisher.publish([destroyed('e1')])
    expect(batches).toHaveLength(1)
  })
})
