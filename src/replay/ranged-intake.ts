import type { SourceRecord } from '../event/record.ts'
import type { Epoch, Intake, Obstacle } from '../pipeline/source.ts'
import type { Ranges } from './ranges.ts'

/**
 * Hands on only what is to be replayed: of each partition its range, and with a key the records that
 * have it. At the end of its range a partition waits, so that nothing behind it is read.
 */
export function rangedIntake(intake: Intake, ranges: Ranges, key: Buffer | undefined): Intake {
  function take(epoch: Epoch, record: SourceRecord): Obstacle | undefined {
    const { start, end } = ranges.of(epoch.topic, epoch.partition) ?? { start: 0, end: 0 }
    if (record.offset >= end) return atEnd(epoch, end)
    if (record.offset >= start && isOfKey(record)) return intake.take(epoch, record)
    epoch.ledger.accept(record.offset, record.timestampMs, 0)
    return undefined
  }

  /** The log may hold nothing just below the end. */
  function atEnd({ ledger }: Epoch, end: number): Obstacle {
    if (ledger.expected < end) ledger.passTo(end)
    return { why: 'the end of its range', cleared: ranges.extended, isExpected: true }
  }

  function isOfKey(record: SourceRecord): boolean {
    return key === undefined || record.key?.equals(key) === true
  }

  return {
    begin: (epoch) => intake.begin(epoch),
    take,
    end: (epoch) => intake.end(epoch),
    flush: () => intake.flush(),
    drain: (limitMs) => intake.drain(limitMs),
  }
}
