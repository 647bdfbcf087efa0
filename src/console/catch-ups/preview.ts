import type { Kafka } from 'kafkajs'
import { Backtest } from '../../backtest/backtest.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { OffsetRange } from '../../kafka/reader/offset-ranges.ts'
import type { Peek } from '../../pipeline/intake/peek.ts'
import type { PluginDescription } from '../../status/description-record.ts'
import type { Clock } from '../../util/clock.ts'
import { knownFilters } from '../filters/described-plugin.ts'
import { readInto } from '../filters/read-into.ts'
import type { Minute } from '../view/minutes.ts'
import type { CatchUpPreview } from './catch-up-preview.ts'

export interface PreviewParts {
  kafka: Kafka
  clock: Pick<Clock, 'after'>
  peek(record: SourceRecord): Peek
}

const SAMPLE_RECORDS = 2_000
const SAMPLE_MS = 5_000
const MINUTE_MS = 60_000

/** Reads the first events of each partition: enough for a share, and little for Kafka. */
export async function previewCatchUp(
  { kafka, clock, peek }: PreviewParts,
  ranges: readonly OffsetRange[],
  { description, minutes }: { description: PluginDescription; minutes: readonly Minute[] },
): Promise<CatchUpPreview> {
  const { plugin, unknown } = knownFilters(description)
  const backtest = new Backtest({
    ...{ plugin, changed: undefined, examplesMax: 0, peek, cpuMicros: () => 0 },
  })
  const offsets = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  const enough = new AbortController()
  const cancel = clock.after(SAMPLE_MS, () => enough.abort())
  const first = firstOf(ranges)
  await readInto(backtest, {
    kafka,
    ranges: first,
    signal: enough.signal,
    onRecord: () => undefined,
  })
  cancel()
  const { records, undecodable, filter } = backtest.report()
  // What a filter fails for becomes a dead letter, so it counts as a delivery.
  const wanted = filter.matched.count + filter.errors.count
  const isWhole = first.every(({ end }, i) => end === ranges[i]?.end) && !enough.signal.aborted
  const perMinuteMax = Math.max(0, ...minutes.map(({ handled }) => handled)) || null
  const isKnown = records > 0 || isWhole
  const expected = records === 0 ? 0 : (wanted / records) * offsets
  return {
    ...{ ranges, offsets, unknown, perMinuteMax },
    sample: { read: records, wanted, undecodable: undecodable.count, isWhole },
    durationMs:
      perMinuteMax === null || !isKnown ? null : Math.round((expected / perMinuteMax) * MINUTE_MS),
  }
}

function firstOf(ranges: readonly OffsetRange[]): OffsetRange[] {
  const filled = ranges.filter(({ start, end }) => end > start).length
  const share = Math.ceil(SAMPLE_RECORDS / Math.max(1, filled))
  return ranges.map((range) => ({ ...range, end: Math.min(range.end, range.start + share) }))
}
