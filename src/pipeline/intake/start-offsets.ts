import { partitionName, type SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'

/**
 * The first offset to process, by topic and partition. All records of a partition that
 * is not named are processed. Redrive topics are never named, so redriven records always are.
 */
export type StartOffsets = Readonly<Record<string, Readonly<Record<number, number>>>>

/** Whether a plugin that starts at these offsets skips the record. */
export function isBelow(
  starts: StartOffsets | undefined,
  { topic, partition, offset }: Pick<SourceRecord, 'topic' | 'partition' | 'offset'>,
): boolean {
  const first = starts?.[topic]?.[partition]
  return first !== undefined && offset < first
}

/** The partitions, as `topic/partition`, whose end offset is below the start offset. */
export function placesBeyond(starts: StartOffsets, ends: StartOffsets): string[] {
  return Object.entries(starts).flatMap(([topic, offsets]) =>
    Object.entries(offsets).flatMap(([key, first]) => {
      const partition = Number(key)
      const end = ends[topic]?.[partition]
      return end !== undefined && end < first ? [partitionName({ topic, partition })] : []
    }),
  )
}

/**
 * Finds the plugins that start at or below a record's offset. It runs for every record, so a record
 * above all starts, as almost all are, takes a single comparison. Of records that have the same plugins in
 * turn, all get the same list, for which their filters are prepared once.
 */
export function createStartFilter(
  plugins: readonly LoadedPlugin[],
  startOf: (slug: string) => StartOffsets | undefined,
): (record: SourceRecord) => readonly LoadedPlugin[] {
  const starts = plugins.map(({ slug }) => startOf(slug))
  const known = starts.filter((each) => each !== undefined)
  if (known.length === 0) return () => plugins
  const highest = highestOf(known)
  let last = plugins
  return (record) => {
    if (!isBelow(highest, record)) return plugins
    const started = plugins.filter((_, n) => !isBelow(starts[n], record))
    const isSame = started.length === last.length && started.every((each, n) => each === last[n])
    if (!isSame) last = started
    return last
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
