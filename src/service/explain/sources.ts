import type { Kafka } from 'kafkajs'
import type { Registry } from '../../avro/registry/registry.ts'
import type { Contract } from '../../avro/schema/contract-schemas.ts'
import { currentPostgresUrl } from '../../config/postgres-login.ts'
import type { Config } from '../../config/settings.ts'
import { storeChoice } from '../../config/value-types.ts'
import { placeOf } from '../../event/record.ts'
import { createEventReader, type EventReader } from '../../explain/event-reader.ts'
import { type ExplainPorts, explain, type Findings } from '../../explain/explain.ts'
import type { Explanation } from '../../explain/explanation.ts'
import { readable } from '../../explain/find-event.ts'
import { loadRemembered } from '../../explain/remembered.ts'
import { lookUpInKafka } from '../../idempotency/kafka/lookup.ts'
import { type MarksLookup, unknownMarks } from '../../idempotency/lookup.ts'
import { lookUpInPostgres } from '../../idempotency/postgres/lookup.ts'
import { groupOffsets } from '../../kafka/admin/group-offsets.ts'
import { withAdmin } from '../../kafka/admin/topic-admin.ts'
import { readRecord } from '../../kafka/reader/read-record.ts'
import { openMarksReader } from '../../kafka/state/marks-log.ts'
import { deadLetterTopicOf, redriveTopicOf } from '../../topics/names.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { openKeptStates } from '../kept-states.ts'

export interface ExplainParts extends Pick<ExplainPorts, 'plugins' | 'loadPluginStates'> {
  config: Config
  kafka: Kafka
  registry: Pick<Registry, 'schemaById'>
  contract: Contract
}

/** The topics that are there, and what is not known without the others. */
export type ExplainTopics = Awaited<ReturnType<typeof existing>>

/**
 * Explains what `find` finds, from the topics and the store, with its own connections; the service need not
 * run. Rejects with KAFKA_UNAVAILABLE or TOPIC_MISSING, also when `signal` aborts.
 */
export async function explainFound(
  id: string,
  parts: ExplainParts,
  signal: AbortSignal,
  find: (topics: ExplainTopics, reader: EventReader) => Promise<Findings>,
): Promise<Explanation> {
  const { config, kafka, registry, contract, plugins, loadPluginStates } = parts
  const group = config.KAFKA_GROUP_ID
  const reader = createEventReader(contract, registry)
  const marks = marksOf(parts, signal)
  const topics = existing(kafka, config.KAFKA_TOPICS)
  /** By the place where a partition waits: many events may be behind it. */
  const obstacles = new Map<string, Promise<string | undefined>>()
  try {
    return await explain(id, {
      group,
      plugins,
      loadPluginStates,
      marks,
      loadRemembered: (records) =>
        loadRemembered(() => openKeptStates(parts), records, plugins, signal),
      find: async () => find(await topics, reader),
      waitsAt(place) {
        const waitsHere = async () => {
          const record = await readRecord(kafka, place)
          const read = record && (await readable(reader, record))
          return read?.type === 'waiting' ? read.why : undefined
        }
        return getOrInsert(obstacles, placeOf(place), waitsHere)
      },
      committed: async () => {
        const { inputs, redriveTopics } = await topics
        const rows = await groupOffsets(kafka, group, [...inputs, ...redriveTopics])
        return (topic, partition) =>
          rows.find((row) => row.topic === topic && row.partition === partition)?.committed
      },
    })
  } finally {
    reader.close()
    await marks.close()
  }
}

/** Finds the topics that exist; missing ones are listed in `unknown`, unless no input topic exists. */
async function existing(kafka: Kafka, topics: readonly string[]) {
  const wanted = [...topics, ...topics.map(deadLetterTopicOf), ...topics.map(redriveTopicOf)]
  const found = await withAdmin(kafka, (admin) => admin.describe(wanted))
  const missing = wanted.filter((topic) => !found.has(topic))
  const inputs = topics.filter((topic) => found.has(topic))
  if (inputs.length === 0) {
    throw new InventoryEventsError('TOPIC_MISSING', `topic ${topics.join(' or ')} does not exist`)
  }
  return {
    inputs,
    deadLetterTopics: inputs.map(deadLetterTopicOf).filter((topic) => found.has(topic)),
    redriveTopics: inputs.map(redriveTopicOf).filter((topic) => found.has(topic)),
    unknown: missing.map(
      (topic) => `the content of ${topic}: it does not exist, or this user may not see it`,
    ),
  }
}

function marksOf({ config, kafka }: ExplainParts, signal: AbortSignal): MarksLookup {
  const { IDEMPOTENCY_TTL_MS: ttlMs, KAFKA_GROUP_ID: groupId } = config
  const choice = storeChoice(config.IDEMPOTENCY_STORE)
  switch (choice.kind) {
    case 'kafka': {
      const marksLog = opening(
        openMarksReader({ kafka, groupId, topics: config.KAFKA_TOPICS, clock }),
      )
      return lookUpInKafka({ marksLog, groupId, clock, ttlMs, signal })
    }
    case 'memory':
      return unknownMarks('the memory store can be read by its own process only')
    case 'postgres':
      return lookUpInPostgres({
        url: () => currentPostgresUrl(config, choice.url),
        groupId,
        ttlMs,
      })
  }
}

/** Lets the reader connect while the topics are searched. */
function opening(
  opened: ReturnType<typeof openMarksReader>,
): Pick<Awaited<typeof opened>, 'read' | 'close'> {
  opened.catch(() => undefined)
  return {
    read: async (request) => (await opened).read(request),
    close: async () => (await opened.catch(() => undefined))?.close(),
  }
}
