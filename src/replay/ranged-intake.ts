import type { SourceRecord } from '../event/record.ts'
import type { Epoch, Intake, Obstacle } from '../pipeline/source.ts'
import type { Ranges } from './ranges.ts'

/**
 * Restricts an intake to what is replayed: each partition's range and, if there is a key, only records
 * with that key. A partition waits at the end of its range, so that nothing beyond it is read.
 */
export function rangedIntake(intake: Intake, ranges: Ranges, key: Buffer | undefined): Intake {
  function take(epoch: Epoch, record: SourceRecord): Obstacle | undefined {
    const { start, end } = ranges.of(epoch.topic, epoch.partition) ?? { start: 0, end: 0 }
    if (record.offset >= end) return atEnd(epoch, end)
    if (record.offset >= start && isOfKey(record)) return intake.take(epoch, record)
    epoch.ledger.accept(record.offset, record.timestampMs, 0)
    return undefined
  }

  /** The log may have no record just below the end, so the ledger is moved up to it. */
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
    release: (epoch, limitMs) => intake.release(epoch, limitMs),
    end: (epoch) => intake.end(epoch),
    flush: () => intake.flush(),
    staging: intake.staging,
    drain: (limitMs) => intake.drain(limitMs),
  }
}
