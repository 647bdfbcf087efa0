import { originalHeaders, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import { timestampText } from '../../event/timestamp.ts'
import { readRecord } from '../../kafka/reader/read-record.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { connectionOf } from '../shared/connection.ts'
import { eventReader } from './scan.ts'

/** Prints a dead letter as JSON: its cause, its headers, and its event or its bytes. */
export async function showDeadLetter(place: string): Promise<void> {
  const { config, kafka } = connectionOf(process.env)
  const reader = eventReader()
  try {
    const record = await readRecord(kafka, config.KAFKA_GROUP_ID, placeFrom(place))
    const deadLetter = record && readDeadLetter(record)
    if (deadLetter === undefined) throw notFound(place)
    const { timestampMs, thrown, ...rest } = deadLetter
    const shown = {
      ...rest,
      ...(thrown && { thrown: { ...thrown, stack: thrown.stack.split('\n') } }),
      time: timestampText(timestampMs),
      headers: textHeaders(record!),
      ...(await contentOf(record!)),
    }
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
  } finally {
    reader.close()
  }

  async function contentOf(record: SourceRecord) {
    const read = await reader.read(record)
    switch (read.type) {
      case 'event':
        return { schema: read.schema, schemaId: read.schemaId, event: read.event }
      case 'tombstone':
        return { value: null }
      case 'undecodable':
      case 'waiting':
        return { undecodable: read.why, value: record.value?.toString('base64') }
    }
  }
}

function placeFrom(place: string) {
  const [, topic, partition, offset] = /^([\w.-]+)\/(\d{1,6})@(\d{1,16})$/.exec(place) ?? []
  if (topic !== undefined) return { topic, partition: Number(partition), offset: Number(offset) }
  const message = `expected a place such as inventory.events.dead-letters/3@120, got ${place}`
  throw new InventoryEventsError('USAGE', message)
}

function notFound(place: string): InventoryEventsError {
  return new InventoryEventsError('USAGE', `there is no dead letter at ${place}`)
}

function textHeaders(record: SourceRecord): Record<string, unknown> {
  const entries = Object.entries(originalHeaders(record))
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value ?? '')]))
}
