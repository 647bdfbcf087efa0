import type { Kafka } from 'kafkajs'
import { decisionIn } from '../../dead-letter/decision.ts'
import { readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import { headerText } from '../../event/headers.ts'
import { partitionName, type SourceRecord } from '../../event/record.ts'
import { withLogReader } from '../../kafka/reader/with-log-reader.ts'
import { isChosen, type Scan } from './scan-letters.ts'

interface Span {
  topic: string
  partition: number
  from: number
  to: number
}

/**
 * Scans dead letters whose places are known, without reading the rest of their topics. Ids and names are
 * those of the headers. Rejects with KAFKA_UNAVAILABLE, also when `signal` aborts.
 */
export function scanPlaces(kafka: Kafka, signal: AbortSignal): Scan {
  return async (choice, onLetter) => {
    const places = new Set(choice.places)
    const spans = spansOf(places)
    if (spans.length === 0) return
    const topics = [...new Set(spans.map(({ topic }) => topic))]
    const onRecord = (record: SourceRecord) => {
      const read = readDeadLetter(record)
      if (!places.has(read.letter.place) || decisionIn(record) !== undefined) return
      const content = { id: headerText(record, 'ce_id'), name: headerText(record, 'ce_type') }
      return isChosen(read, choice) ? onLetter({ read, record, ...content }) : undefined
    }
    await withLogReader(kafka, topics, (reader) =>
      Promise.all(spans.map((span) => reader.read({ ...span, lost: signal, onRecord }))),
    )
  }
}

/** The part of each partition that holds its places. */
function spansOf(places: Iterable<string>): Span[] {
  const spans = new Map<string, Span>()
  for (const place of places) {
    const [, topic = '', partition, text] = /^(.+)\/(\d+)@(\d+)$/.exec(place) ?? []
    const offset = Number(text)
    const name = partitionName({ topic, partition: Number(partition) })
    const span = spans.get(name) ?? {
      ...{ topic, partition: Number(partition), from: offset, to: offset + 1 },
    }
    span.from = Math.min(span.from, offset)
    span.to = Math.max(span.to, offset + 1)
    spans.set(name, span)
  }
  return [...spans.values()]
}
