import { BatchRecords } from './batch-records.ts'
import type { RecordBatch } from './record-batch.ts'

/** A transaction that was aborted, as a broker lists it beside the records it returns. */
export interface AbortedTransaction {
  producerId: bigint
  firstOffset: number
}

const NO_PLACE = { topic: '', partition: 0 }
const MARKER_TYPE_AT = 2
const MARKER_TYPE_BYTES = 2
const ABORT = 0

/**
 * Finds which batches of a partition's answer belong to aborted transactions. Brokers return such
 * batches as well, and the list is not sorted. https://kafka.apache.org/documentation/#txnpart
 */
export class AbortedTransactions {
  /** Those that have not begun yet, the first one last. */
  readonly #coming: AbortedTransaction[]
  readonly #open = new Set<bigint>()

  constructor(listed: readonly AbortedTransaction[]) {
    this.#coming = [...listed].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /**
   * Whether the batch holds no record to hand over. Batches are to be given in their order. One that is
   * corrupt is not skipped: what it says of itself may be wrong.
   */
  skips(batch: RecordBatch): boolean {
    while ((this.#coming.at(-1)?.firstOffset ?? Number.POSITIVE_INFINITY) <= batch.lastOffset) {
      this.#open.add(this.#coming.pop()!.producerId)
    }
    const isOfAborted = batch.isTransactional && this.#open.has(batch.producerId)
    if (!(batch.isControl || isOfAborted) || !batch.isIntact()) return false
    if (batch.isControl) {
      if (isAbortMarker(batch)) this.#open.delete(batch.producerId)
    }
    return true
  }
}

/** A control batch holds one marker, whose key says what it marks. */
function isAbortMarker(batch: RecordBatch): boolean {
  const marker = new BatchRecords(NO_PLACE).open(batch, batch.body).next()
  const key = marker?.key ?? null
  if (key === null || key.length < MARKER_TYPE_AT + MARKER_TYPE_BYTES) return false
  return key.readInt16BE(MARKER_TYPE_AT) === ABORT
}
