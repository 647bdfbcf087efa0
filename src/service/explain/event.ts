import type { EventReader } from '../../explain/event-reader.ts'
import type { Findings } from '../../explain/explain.ts'
import type { ExplainRange, Explanation, SearchedTopic } from '../../explain/explanation.ts'
import { type FoundEvent, findEvent } from '../../explain/find-event.ts'
import { type Search, type Searched, search } from '../../kafka/reader/search-topics.ts'
import { inputTopicOf, redriveInputOf } from '../../topics/names.ts'
import { type ExplainParts, type ExplainTopics, explainFound } from './sources.ts'

export type { ExplainParts } from './sources.ts'

/** Further records with the same id are counted, not returned. */
const FOUND_MAX = 100

/** Explains the event with this id. Rejects as `explainFound` does. */
export function explainEvent(
  id: string,
  range: ExplainRange,
  parts: ExplainParts,
  signal: AbortSignal,
): Promise<Explanation> {
  return explainFound(id, parts, signal, (topics, reader) =>
    find(id, range, parts, topics, reader, signal),
  )
}

async function find(
  id: string,
  { entity, isNamed, ...range }: ExplainRange,
  { kafka }: Pick<ExplainParts, 'kafka'>,
  { inputs, deadLetterTopics, redriveTopics, unknown }: ExplainTopics,
  reader: EventReader,
  signal: AbortSignal,
): Promise<Findings> {
  const common = {
    signal,
    ...(range.fromMs !== undefined && { fromMs: range.fromMs }),
    ...(entity !== undefined && { key: entity }),
  }
  const searchIn = async (what: string, topics: readonly string[], more: Partial<Search>) => {
    const { found, add, omitted } = collector(what)
    const onRecord = findEvent(id, reader, (event) => {
      if (isNamed === undefined || event.knownBy !== 'bytes') add(event)
    })
    const searched = await search(kafka, { ...common, ...more, topics, onRecord })
    return { found, omitted: omitted(), searched: byTopic(topics, searched) }
  }
  // Dead letters and redriven records are newer than their originals, so `to` does not apply to them.
  const [records, deadLetters, redrives] = await Promise.all([
    searchIn('records', inputs, range),
    searchIn('dead letters', deadLetterTopics, { placedAs: inputTopicOf }),
    searchIn('redriven records', redriveTopics, {
      placedAs: (topic) => redriveInputOf(topic) ?? topic,
    }),
  ])
  return {
    records: records.found,
    letters: deadLetters.found,
    redrives: redrives.found,
    searched: [...records.searched, ...deadLetters.searched, ...redrives.searched],
    unknown: [...unknown, ...records.omitted, ...deadLetters.omitted, ...redrives.omitted],
  }
}

function collector(what: string) {
  const found: FoundEvent[] = []
  let count = 0
  return {
    found,
    add(event: FoundEvent) {
      count += 1
      if (found.length < FOUND_MAX) found.push(event)
    },
    omitted: () =>
      count > FOUND_MAX
        ? [`${count - FOUND_MAX} more ${what} with this id: narrow the search`]
        : [],
  }
}

function byTopic(topics: readonly string[], searched: readonly Searched[]): SearchedTopic[] {
  return topics.map((topic) => {
    const partitions = searched.filter((each) => each.topic === topic)
    return {
      topic,
      partitions: partitions.map(({ partition, first, end }) => ({ partition, first, end })),
    }
  })
}
