import { openPublisher } from 'inventory-events/publisher'
import { expect, it } from 'vitest'
import { moved, wasted } from '../support/events.ts'
import { readTopic } from '../support/read-topic.ts'
import { situation } from '../support/service-kit.ts'
import { endpoints } from '../support/stack.ts'

const settings = () => ({
  KAFKA_BROKERS: endpoints().brokers,
  SCHEMA_REGISTRY_URL: endpoints().registryUrl,
})

it('publishes for a program, and reports an invalid event before it writes any', async () => {
  const { topic } = await situation({ registered: true, plugins: [], partitions: 2 })
  const topics = { inventory: topic, plugin: topic }
  const publisher = await openPublisher({ settings: settings(), topics, source: '/warehouse-7' })
  const bad = { ...wasted('ent_1'), reason: 7 } as never
  await expect(publisher.publish([moved('ent_1'), bad])).rejects.toThrow(
    'reason: expected a string, got 7',
  )
  await publisher.publish([moved('ent_1', 1, 'e1'), wasted('ent_2', 'e2')])
  await publisher.close()
  const records = await readTopic(topic)
  expect(records.map(({ key }) => String(key)).sort()).toEqual(['ent_1', 'ent_2'])
  expect(records.map(({ headers }) => String(headers?.ce_source))).toEqual([
    '/warehouse-7',
    '/warehouse-7',
  ])
})

it('names every setting that is missing', async () => {
  await expect(openPublisher({ settings: {} })).rejects.toThrow(
    /KAFKA_BROKERS: required.*\n.*SCHEMA_REGISTRY_URL: required/,
  )
})
