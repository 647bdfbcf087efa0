import type { Kafka } from 'kafkajs'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { subjectName } from '../../src/avro/registry/subject-name.ts'
import { registerSubjects } from '../../src/avro/registry/subjects.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { Event } from '../../src/event/event.ts'
import { createWithCompanions } from '../../src/kafka/admin/create-topics.ts'
import { withAdmin } from '../../src/kafka/admin/topic-admin.ts'
import type { OutgoingRecord } from '../../src/kafka/producer/message.ts'
import { createProducer } from '../../src/kafka/producer/producer.ts'
import { toRecord } from '../../src/publish/to-record.ts'
import { BEGIN, createStream, END, marker, type StreamOptions } from './events.ts'
import { type WantsName, wantsOf } from './wants.ts'

export interface DatasetOptions extends StreamOptions {
  topic: string
  records: number
  partitions: number
}

/** The topic that all consuming cases read. */
export interface Dataset extends DatasetOptions {
  /** Including the markers at both ends of each partition. */
  recordsInAll: number
  meanValueBytes: number
  /** The number of events that a set of plugins wants. */
  wanted(name: WantsName, plugins: number): number
}

const CHUNK = 2_000
const SETS = [
  ['by-name', 10],
  ['by-field', 10],
  ['all', 1],
] as const

/** Publishes the events with the project's encoder, between two markers in each partition. */
export async function publishDataset(
  kafka: Kafka,
  registryUrl: string,
  options: DatasetOptions,
): Promise<Dataset> {
  const { topic } = options
  const toOutgoing = await prepareTopic(kafka, registryUrl, topic, options.partitions)
  const producer = await createProducer(kafka)
  const counted = SETS.map(([name, plugins]) => {
    return { key: `${name} ${plugins}`, wants: wantsOf(name, plugins), count: 0 }
  })
  const marks = (name: typeof BEGIN | typeof END) =>
    Array.from({ length: options.partitions }, (_, partition) => {
      return { ...toOutgoing(marker(name, partition)), partition }
    })
  const next = createStream(options)
  let bytes = 0
  await producer.send(topic, marks(BEGIN))
  for (let done = 0; done < options.records; done += CHUNK) {
    const count = Math.min(CHUNK, options.records - done)
    const events = Array.from({ length: count }, next)
    const records = events.map(toOutgoing)
    for (const { value } of records) bytes += value?.length ?? 0
    for (const set of counted) {
      for (const event of events) for (const want of set.wants) if (want.matches(event)) set.count++
    }
    await producer.send(topic, records)
  }
  await producer.send(topic, marks(END))
  await producer.close()
  const wanted = new Map(counted.map(({ key, count }) => [key, count]))
  return {
    ...options,
    recordsInAll: options.records + 2 * options.partitions,
    meanValueBytes: bytes / options.records,
    wanted: (name, plugins) => (name === 'none' ? 0 : (wanted.get(`${name} ${plugins}`) ?? 0)),
  }
}

/** Creates a topic with its companions and schemas. Returns a function that encodes records for it. */
export async function prepareTopic(
  kafka: Kafka,
  registryUrl: string,
  topic: string,
  partitions: number,
): Promise<(event: Event) => OutgoingRecord> {
  const wanted = { partitions, replicationFactor: -1, configs: {} }
  await withAdmin(kafka, (admin) => createWithCompanions(admin, topic, wanted))
  const registry = createRegistry({ SCHEMA_REGISTRY_URL: registryUrl })
  await registerSubjects(registry, {
    contract: builtInContract(),
    topics: { inventory: topic, plugin: topic },
    say: () => {},
  })
  const ids = new Map<string, number>()
  for (const { fullName, text } of builtInContract().schemas) {
    const id = await registry.registeredId(subjectName(topic, fullName), text)
    if (id === undefined) throw new Error(`${fullName}: registered but not found`)
    ids.set(fullName, id)
  }
  return (event) =>
    toRecord(builtInContract(), event, {
      schemaId: ids.get(builtInContract().of(event).fullName)!,
      source: '/bench',
    })
}
