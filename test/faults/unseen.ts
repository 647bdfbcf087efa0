import { randomUUID } from 'node:crypto'
import { subjectName } from '../../src/avro/registry/subject-name.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { InventoryWastedEvent } from '../../src/event/event.ts'
import { createProducer } from '../../src/kafka/producer/producer.ts'
import { toRecord } from '../../src/publish/to-record.ts'
import type { Cluster } from './cluster.ts'

/**
 * Prepares events of a kind that the load does not publish, so that no replica has its schema. The
 * schema id is fetched now; the returned function publishes them, even while the registry is down.
 */
export async function unseenEvents(cluster: Cluster, topic: string, count: number) {
  const { fullName, text } = builtInContract().schemas.find((each) => /Wasted/.test(each.fullName))!
  const schemaId = await cluster.registry.registeredId(subjectName(topic, fullName), text)
  if (schemaId === undefined) throw new Error(`${fullName} is not registered`)
  const events = Array.from({ length: count }, (_, i) => wasted(i))
  return async () => {
    const producer = await createProducer(cluster.kafka)
    const records = events.map((event) =>
      toRecord(builtInContract(), event, { schemaId, source: 'faults' }),
    )
    await producer.send(topic, records).finally(() => producer.close())
    return events.map(({ id }) => id)
  }
}

function wasted(n: number): InventoryWastedEvent {
  const entityId = `entity-${n}`
  const ids = { id: randomUUID(), transactionId: 'unseen', flowId: 'flow' }
  return { ...ids, kind: 'inventory.wasted', time: new Date().toISOString(), entityId }
}
