import { crc32c } from '@node-rs/crc32'
import type { CodecName } from '../codecs/codecs.ts'
import { longAt } from '../wire/long.ts'
import { CorruptRecords } from './varints.ts'

/** The bytes before a batch's first record. */
export const HEADER_BYTES = 61
/** The bytes of `baseOffset` and `batchLength`, which the length does not count. */
export const PREFIX_BYTES = 12
/** The shortest length that a batch can state. */
const LENGTH_MIN = HEADER_BYTES - PREFIX_BYTES
const CODECS = [undefined, 'gzip', 'snappy', 'lz4', 'zstd'] as const
const CODEC_MASK = 0b111
const LOG_APPEND_TIME = 0b1000
/** In a batch's attributes. */
export const TRANSACTIONAL = 0b1_0000
const CONTROL = 0b10_0000

/** Positions in a batch of format 2. https://kafka.apache.org/documentation/#recordbatch */
export const AT = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
} as const

/** The position of the format's version in a batch or message of any version. */
export const MAGIC_AT = AT.magic

/** A record batch of format 2, read in place: nothing is copied, and no record is read. */
export class RecordBatch {
  readonly bytes: Buffer
  /** The offset that its deltas count from. Compaction may have removed the record there. */
  readonly baseOffset: number
  readonly #attributes: number

  /** `bytes` holds exactly one batch. */
  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.baseOffset = longAt(bytes, 0)
    this.#attributes = bytes.readInt16BE(AT.attributes)
  }

  /** The last offset that it had when it was written. The next batch begins after it. */
  get lastOffset(): number {
    return this.baseOffset + this.bytes.readInt32BE(AT.lastOffsetDelta)
  }

  /** In which its leader appended it. */
  get leaderEpoch(): number {
    return this.bytes.readInt32BE(AT.leaderEpoch)
  }

  get recordCount(): number {
    return this.bytes.readInt32BE(AT.count)
  }

  /** 0 to 7; from 5 on, Kafka knows no codec. */
  get codecNumber(): number {
    return this.#attributes & CODEC_MASK
  }

  get codec(): CodecName | undefined {
    return CODECS[this.codecNumber]
  }

  get isCompressed(): boolean {
    return this.codecNumber !== 0
  }

  get isTransactional(): boolean {
    return (this.#attributes & TRANSACTIONAL) !== 0
  }

  /** Holds markers of the broker's, such as the end of a transaction, and no records of a producer's. */
  get isControl(): boolean {
    return (this.#attributes & CONTROL) !== 0
  }

  /** Whether the broker's time counts, `maxTimestampMs`, for all records. */
  get hasLogAppendTime(): boolean {
    return (this.#attributes & LOG_APPEND_TIME) !== 0
  }

  get baseTimestampMs(): number {
    return longAt(this.bytes, AT.baseTimestamp)
  }

  get maxTimestampMs(): number {
    return longAt(this.bytes, AT.maxTimestamp)
  }

  get producerId(): bigint {
    return this.bytes.readBigInt64BE(AT.producerId)
  }

  /** The records, compressed or not. */
  get body(): Buffer {
    return this.bytes.subarray(HEADER_BYTES)
  }

  /** Whether the checksum is that of the bytes. */
  isIntact(): boolean {
    return crc32c(this.bytes.subarray(AT.attributes)) === this.bytes.readUInt32BE(AT.crc)
  }
}

/**
 * The length of the batch or message set entry that begins at `at`; undefined if the bytes end before
 * it does. Throws CorruptRecords if it states a length that no batch has.
 */
export function entryLength(bytes: Buffer, at: number): number | undefined {
  if (at + AT.magic + 1 > bytes.length) return undefined
  const stated = bytes.readInt32BE(at + AT.length)
  const isBatch = bytes[at + AT.magic]! >= 2
  if (stated < (isBatch ? LENGTH_MIN : 0))
    throw new CorruptRecords(`a batch states ${stated} bytes`)
  const length = PREFIX_BYTES + stated
  return at + length <= bytes.length ? length : undefined
}
