import { crc32 } from '@node-rs/crc32'
import { longAt } from '../wire/long.ts'
import { entryLength, MAGIC_AT, RecordBatch } from './record-batch.ts'
import { CorruptRecords } from './varints.ts'

/** Batches from before Kafka 0.11 are messages of another format. */
export type FetchedBatch = RecordBatch | OldMessage

/** The position of the checksum of a message, which covers all that follows. */
const OLD_CRC_AT = 12

/** A message of format 0 or 1. A compressed one holds others, and has the offset of the last of them. */
export class OldMessage {
  readonly bytes: Buffer
  readonly lastOffset: number

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.lastOffset = longAt(bytes, 0)
  }

  /** Whether the checksum is that of the bytes. */
  isIntact(): boolean {
    return crc32(this.bytes.subarray(MAGIC_AT)) === this.bytes.readUInt32BE(OLD_CRC_AT)
  }
}

/**
 * The batches in what a broker returned of a partition. The last one may be cut off, which is how
 * brokers keep to a request's limit; it is left out. So is everything from where the bytes are no
 * batches, which is what the next fetch begins with: `problem` says why.
 */
export function splitBatches(records: Buffer): {
  batches: FetchedBatch[]
  problem?: CorruptRecords
} {
  const batches: FetchedBatch[] = []
  try {
    addBatches(records, batches)
    return { batches }
  } catch (error) {
    if (!(error instanceof CorruptRecords)) throw error
    return { batches, problem: error }
  }
}

function addBatches(records: Buffer, batches: FetchedBatch[]): void {
  let at = 0
  for (;;) {
    const length = entryLength(records, at)
    if (length === undefined) return
    const bytes = records.subarray(at, at + length)
    at += length
    if (bytes[MAGIC_AT]! >= 2) batches.push(new RecordBatch(bytes))
    else batches.push(new OldMessage(bytes))
  }
}
