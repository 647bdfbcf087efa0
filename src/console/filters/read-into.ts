import type { Kafka } from 'kafkajs'
import type { Backtest } from '../../backtest/backtest.ts'
import type { SourceRecord } from '../../event/record.ts'
import { type OffsetRange, topicsOf } from '../../kafka/reader/offset-ranges.ts'
import { withLogReader } from '../../kafka/reader/with-log-reader.ts'
import { aborted } from '../../util/with-timeout.ts'

export interface ReadOptions {
  kafka: Kafka
  ranges: readonly OffsetRange[]
  /** Only records with this key. */
  key?: Buffer | undefined
  /** Ends the reading where it is. */
  signal: AbortSignal
  /** Called before each record is evaluated; the next one is read when it has resolved. */
  onRecord(record: SourceRecord): void | Promise<void>
}

/** Evaluates filters on the records of ranges, all partitions at once, until the end or until it is stopped. */
export async function readInto(
  backtest: Pick<Backtest, 'take'>,
  { kafka, ranges, key, signal, onRecord }: ReadOptions,
): Promise<void> {
  const read = ranges.filter(({ start, end }) => end > start)
  if (read.length === 0) return
  const gone = aborted(signal)
  try {
    await withLogReader(kafka, topicsOf(read), (reader) =>
      Promise.all(
        read.map(({ topic, partition, start, end }) =>
          reader.read({
            ...{ topic, partition, from: start, to: end, lost: signal },
            async onRecord(record) {
              if (key !== undefined && record.key?.equals(key) !== true) return
              await onRecord(record)
              // A registry that is away keeps it waiting for longer than anyone looks.
              if (!signal.aborted) await Promise.race([backtest.take(record), gone])
            },
          }),
        ),
      ),
    )
  } catch (error) {
    // A read that is stopped fails.
    if (!signal.aborted) throw error
  }
}
