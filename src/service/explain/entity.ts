import type { SourceRecord } from '../../event/record.ts'
import type { EventReader } from '../../explain/event-reader.ts'
import type { Findings } from '../../explain/explain.ts'
import type { Explanation } from '../../explain/explanation.ts'
import { type FoundEvent, readable } from '../../explain/find-event.ts'
import { resolveRanges } from '../../kafka/reader/offset-ranges.ts'
import { readBackwards } from '../../kafka/reader/read-backwards.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { copyRecord } from '../../pipeline/intake/copy-record.ts'
import { inputTopicOf, redriveInputOf } from '../../topics/names.ts'
import { type ExplainParts, type ExplainTopics, explainFound } from './sources.ts'

/** How many of the newest events to explain, and how many records to read for them. */
export interface EntityLimits {
  events: number
  records: number
}

const ROUND_RECORDS = 8_000
const KEPT_FACTOR = 4
/** Of dead letters, and of redriven ones. */
const FOUND_MAX = 1_000

/** Explains the newest events of an entity, all at once. Rejects as `explainFound` does. */
export function explainEntity(
  entity: string,
  limits: EntityLimits,
  parts: ExplainParts,
  signal: AbortSignal,
): Promise<Explanation> {
  return explainFound('', parts, signal, (topics, reader) =>
    find(entity, limits, parts, topics, reader, signal),
  )
}

async function find(
  entity: string,
  limits: EntityLimits,
  { kafka }: Pick<ExplainParts, 'kafka'>,
  { inputs, deadLetterTopics, redriveTopics, unknown }: ExplainTopics,
  reader: EventReader,
  signal: AbortSignal,
): Promise<Findings> {
  const key = Buffer.from(entity)
  let newest: SourceRecord[] = []
  const keepNewest = () => {
    newest.sort((a, b) => b.timestampMs - a.timestampMs || b.offset - a.offset)
    newest = newest.slice(0, limits.events)
  }
  let left = limits.records
  const ranges = await resolveRanges(kafka, { topics: inputs, key: entity })
  await readBackwards(kafka, {
    ranges,
    signal,
    roundRecords: () => Math.min(ROUND_RECORDS, left),
    onRecord(record) {
      left -= 1
      if (!record.key?.equals(key)) return
      newest.push(copyRecord(record))
      // A round may have many more, which would all stay in memory.
      if (newest.length > KEPT_FACTOR * limits.events) keepNewest()
    },
    onRound: () => newest.length < limits.events && left > 0,
  })
  keepNewest()
  const fromMs = Math.min(...newest.map(({ timestampMs }) => timestampMs))
  const omitted: string[] = []
  const foundIn = async (topics: readonly string[], placedAs: (topic: string) => string) => {
    const found: SourceRecord[] = []
    let more = 0
    const since = newest.length > 0 && fromMs > 0 ? { fromMs } : {}
    const onRecord = (record: SourceRecord) => {
      if (found.length < FOUND_MAX) found.push(copyRecord(record))
      else more += 1
    }
    await search(kafka, { ...since, topics, key: entity, placedAs, signal, onRecord })
    if (more > 0) omitted.push(`${more} more records of ${topics.join(', ')}: explain one event`)
    return found
  }
  const [letters, redrives] = await Promise.all([
    foundIn(deadLetterTopics, inputTopicOf),
    foundIn(redriveTopics, (topic) => redriveInputOf(topic) ?? topic),
  ])
  const read = (records: readonly SourceRecord[]) =>
    Promise.all(
      records.map(async (record): Promise<FoundEvent> => {
        return { record, read: await readable(reader, record), knownBy: 'payload' }
      }),
    )
  return {
    records: await read(newest),
    letters: await read(letters),
    redrives: await read(redrives),
    searched: [],
    unknown: [...unknown, ...omitted],
  }
}
