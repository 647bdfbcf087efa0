import { createRegistry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { DeadLetterInfo } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import { createEventReader } from '../../explain/event-reader.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { deadLetterTopicOf, inputTopicOf } from '../../topics/names.ts'
import { connectionOf } from '../shared/connection.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { rangeOf } from '../shared/search-options.ts'
import { findDeadLetters } from './find.ts'
import type { DeadLetterOptions } from './options.ts'

/** Calls back for each selected dead letter of KAFKA_TOPICS, in partition order. */
export async function scanDeadLetters(
  options: Omit<DeadLetterOptions, 'limit'>,
  onDeadLetter: (deadLetter: DeadLetterInfo, record: SourceRecord) => void | Promise<void>,
): Promise<void> {
  const { config, kafka } = connectionOf(process.env)
  const reader = options.kind === undefined ? undefined : eventReader()
  const stop = new AbortController()
  const interrupt = onInterrupt(() => stop.abort())
  const { entity, ...range } = rangeOf(options)
  try {
    await search(kafka, {
      topics: config.KAFKA_TOPICS.map(deadLetterTopicOf),
      placedAs: inputTopicOf,
      groupId: config.KAFKA_GROUP_ID,
      ...range,
      ...(entity !== undefined && { key: entity }),
      signal: stop.signal,
      onRecord: findDeadLetters(options, reader, onDeadLetter),
    })
  } finally {
    interrupt.end()
    reader?.close()
  }
}

/** A reader that uses the registry at SCHEMA_REGISTRY_URL. */
export function eventReader() {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  return createEventReader(createRegistry(config))
}
