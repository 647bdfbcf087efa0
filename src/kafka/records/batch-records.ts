import type { SourceRecord } from '../../event/record.ts'
import type { RecordBatch } from './record-batch.ts'
import { type RecordBase, RecordView } from './record-view.ts'
import { CorruptRecords, VarintCursor } from './varints.ts'

const EMPTY = Buffer.alloc(0)

/** The records of a batch, one after the other. */
export interface RecordReader {
  /** The next record, valid until the next call; undefined at the end. Throws CorruptRecords. */
  next(): SourceRecord | undefined
}

/** Reads the records of batches through one view, so that no object is made for each record. */
export class BatchRecords implements RecordReader {
  readonly #cursor = new VarintCursor()
  readonly #view: RecordView
  #base: RecordBase = { offset: 0, timestampMs: 0, appendTimeMs: undefined }
  #left = 0

  constructor(place: { topic: string; partition: number }) {
    this.#view = new RecordView(place)
  }

  /** Begins with a batch. `body` holds its records, decompressed. */
  open(batch: RecordBatch, body: Buffer): this {
    this.#cursor.bytes = body
    this.#cursor.at = 0
    this.#left = batch.recordCount
    this.#base = {
      offset: batch.baseOffset,
      timestampMs: batch.baseTimestampMs,
      appendTimeMs: batch.hasLogAppendTime ? batch.maxTimestampMs : undefined,
    }
    return this
  }

  /** Drops the batch, whose bytes count until then. */
  close(): void {
    this.#cursor.bytes = EMPTY
    this.#cursor.at = 0
    this.#left = 0
    this.#view.clear()
  }

  next(): RecordView | undefined {
    if (this.#left <= 0) {
      this.#requireEnd()
      return undefined
    }
    this.#left -= 1
    this.#view.read(this.#cursor, this.#base)
    return this.#view
  }

  #requireEnd(): void {
    const { at, bytes } = this.#cursor
    if (at !== bytes.length) {
      throw new CorruptRecords(`the records end at byte ${at} of ${bytes.length}`)
    }
  }
}
