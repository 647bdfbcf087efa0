import { decompressBatch } from '../codecs/codecs.ts'
import { BatchRecords, type RecordReader } from './batch-records.ts'
import type { InflateLimit } from './inflate-limit.ts'
import { readOldMessage } from './old-messages.ts'
import { RecordBatch } from './record-batch.ts'
import type { FetchedBatch } from './split-batches.ts'
import { CorruptRecords } from './varints.ts'

/** A batch whose records can be read. */
export interface OpenBatch {
  records: RecordReader
  /** Gives back the memory that it counts for. To be called once. */
  close(): void
}

const ZSTD_NUMBER_MAX = 4

/** Opens the batches of one partition, one at a time. */
export class BatchOpener {
  readonly #place: { topic: string; partition: number }
  readonly #limit: InflateLimit
  readonly #records: BatchRecords

  constructor(place: { topic: string; partition: number }, limit: InflateLimit) {
    this.#place = place
    this.#limit = limit
    this.#records = new BatchRecords(place)
  }

  /**
   * Checks a batch and decompresses it; the one opened before must not be read any more. Waits while
   * other batches take too much memory. Rejects with CorruptRecords or CODEC_FAILED.
   */
  open(batch: FetchedBatch): OpenBatch | Promise<OpenBatch> {
    if (!batch.isIntact()) throw new CorruptRecords('the checksum does not match the bytes')
    if (!(batch instanceof RecordBatch)) return this.#openOld(batch.bytes)
    if (batch.isCompressed) return this.#inflate(batch)
    const records = this.#records.open(batch, batch.body)
    return { records, close: () => records.close() }
  }

  async #openOld(message: Buffer): Promise<OpenBatch> {
    return { records: await readOldMessage(this.#place, message), close() {} }
  }

  async #inflate(batch: RecordBatch): Promise<OpenBatch> {
    const { codec, codecNumber } = batch
    if (codec === undefined)
      throw new CorruptRecords(`codec ${codecNumber} of 1 to ${ZSTD_NUMBER_MAX}`)
    const { body, release } = await this.#limit.inflate(() => decompressBatch(codec, batch.body))
    const records = this.#records.open(batch, body)
    return {
      records,
      close() {
        records.close()
        release()
      },
    }
  }
}
