import type { SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'

/**
 * The first offset that is taken, by topic and partition; all of a partition that is not named.
 * Redriven records lie in topics that nobody names.
 */
export type StartOffsets = Readonly<Record<string, Readonly<Record<number, number>>>>

/** Whether a record passes by whoever starts there. */
export function isBelow(
  starts: StartOffsets | undefined,
  { topic, partition, offset }: Pick<SourceRecord, 'topic' | 'partition' | 'offset'>,
): boolean {
  const first = starts?.[topic]?.[partition]
  return first !== undefined && offset < first
}

/** The partitions, as `topic/partition`, that end before the start. */
export function placesBeyond(starts: StartOffsets, ends: StartOffsets): string[] {
  return Object.entries(starts).flatMap(([topic, offsets]) =>
    Object.entries(offsets).flatMap(([partition, first]) => {
      const end = ends[topic]?.[Number(partition)]
      return end !== undefined && end < first ? [`${topic}/${partition}`] : []
    }),
  )
}

/**
 * Finds which of the plugins have started by a record. Every record is looked at, so one look tells
 * whether it lies above all starts, as almost all do.
 */
export function createStartFilter(
  plugins: readonly LoadedPlugin[],
  startOf: (slug: string) => StartOffsets | undefined,
): (record: SourceRecord) => readonly LoadedPlugin[] {
  const starts = plugins.map(({ slug }) => startOf(slug))
  const known = starts.filter((each) => each !== undefined)
  if (known.length === 0) return () => plugins
  const highest = highestOf(known)
  return (record) => {
    if (!isBelow(highest, record)) return plugins
    return plugins.filter((_, n) => !isBelow(starts[n], record))
  }
}

function highestOf(starts: readonly StartOffsets[]): StartOffsets {
  const highest: Record<string, Record<number, number>> = {}
  for (const [topic, offsets] of starts.flatMap((each) => Object.entries(each))) {
    const ofTopic = highest[topic] ?? {}
    highest[topic] = ofTopic
    for (const [partition, offset] of Object.entries(offsets)) {
      ofTopic[Number(partition)] = Math.max(offset, ofTopic[Number(partition)] ?? 0)
    }
  }
  return highest
}
