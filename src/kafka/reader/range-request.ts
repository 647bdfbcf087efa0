import type { SourceRecord } from '../../event/record.ts'

/** Which records of a partition to read. */
export interface RangeRequest {
  topic: string
  partition: number
  /** Default, and minimum: the start of the log. */
  from?: number
  /** Exclusive end. Default, and maximum: the current end of the log, or of what no open transaction is in. */
  to?: number
  /** Reads at most this many offsets, the newest of the range. */
  maxRecords?: number
  lost: AbortSignal
  /** The buffers of the record are views: copy what is kept. What it promises is waited for. */
  onRecord(record: SourceRecord): void | Promise<void>
}
