import type { Compressor } from '../codecs/compress.ts'
import type { RecordToWrite } from '../records/records-writer.ts'
import { type BatchIdentity, writeBatch } from '../records/write-batch.ts'

/** The records of one send for one partition. They are written together or not at all. */
export interface Portion {
  records: readonly RecordToWrite[]
  bytes: number
  compressor?: Compressor | undefined
  /** When it is abandoned, in monotonic milliseconds. */
  deadlineMs: number
  /** With the offset of its first record; below 0 if the broker does not know it any more. */
  written(baseOffset: number): void
  failed(error: Error): void
}

/** A batch with its sequence number: for good, so that it can be sent again. */
interface ClosedBatch {
  portions: readonly Portion[]
  bytes: Promise<Buffer>
  /** Once they are known. */
  sent: Buffer | undefined
  count: number
  /** It may have been written. */
  isInDoubt: boolean
}

/** Kafka's default limit of a batch, and room for what is around the records. */
export const BATCH_BYTES_MAX = 900_000
const EPOCH_MAX = 32_767

/**
 * What waits to be written to one partition. One batch at a time is under way; a number is used for one
 * batch only, and a later batch is not begun before the fate of the one before is known. Where it stays
 * unknown, the epoch is raised: the broker then refuses what is still on its way (KIP-360).
 */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly #onWornOut: () => void
  #waiting: Portion[] = []
  #closed: ClosedBatch | undefined
  #epoch: number
  #sequence = 0
  #retryAtMs = Number.NEGATIVE_INFINITY
  /** After a batch was too large, each portion goes alone until they are through. */
  #alone = 0

  /** `onWornOut` is called when its epochs are used up, so that a new producer id is needed. */
  constructor(topic: string, partition: number, epoch: number, onWornOut: () => void = () => {}) {
    this.topic = topic
    this.partition = partition
    this.#epoch = epoch
    this.#onWornOut = onWornOut
  }

  get isEmpty(): boolean {
    return this.#closed === undefined && this.#waiting.length === 0
  }

  get retryAtMs(): number {
    return this.#retryAtMs
  }

  add(portion: Portion): void {
    this.#waiting.push(portion)
  }

  /**
   * The batch that is under way, or a new one. Undefined if there is nothing to send: the new one could not
   * be made, and has failed, or another leader has taken all meanwhile.
   */
  async batch(producerId: bigint): Promise<Buffer | undefined> {
    if (this.isEmpty) return undefined
    this.#closed ??= this.#close(producerId)
    const closed = this.#closed
    // A former leader may still be about to answer.
    if (closed.sent !== undefined) closed.isInDoubt = true
    try {
      const batch = await closed.bytes
      // Abandoned meanwhile, its sequence number is free for the next one.
      if (this.#closed !== closed) return undefined
      closed.sent = batch
      return batch
    } catch (error) {
      if (this.#closed === closed) this.fail(error as Error)
      return undefined
    }
  }

  /** Whether it is the batch that is under way: what is said of an earlier one says nothing of this. */
  isUnderWay(batch: Buffer): boolean {
    return this.#closed?.sent === batch
  }

  #close(producerId: bigint): ClosedBatch {
    const portions = this.#takePortions()
    const records = portions.flatMap((portion) => portion.records)
    const identity: BatchIdentity = { producerId, epoch: this.#epoch, sequence: this.#sequence }
    const bytes = writeBatch(records, identity, portions[0]!.compressor)
    return { portions, bytes, sent: undefined, count: records.length, isInDoubt: false }
  }

  written(baseOffset: number): void {
    const closed = this.#end()
    if (closed === undefined) return
    this.#sequence += closed.count
    let offset = baseOffset
    for (const portion of closed.portions) {
      portion.written(offset)
      if (baseOffset >= 0) offset += portion.records.length
    }
  }

  /**
   * To be sent again later, the very same: it may have been written, whatever the error says. A leader
   * that is replaced while it waits for its replicas says that it does not lead the partition.
   */
  retry(atMs: number): void {
    this.#retryAtMs = atMs
    if (this.#closed !== undefined) this.#closed.isInDoubt = true
  }

  /** It was not written: its parts are tried alone. False if it has but one. */
  split(): boolean {
    const closed = this.#closed
    if (closed === undefined || closed.portions.length < 2) return false
    this.#closed = undefined
    this.#alone = closed.portions.length
    this.#waiting.unshift(...closed.portions)
    return true
  }

  /** It was not written, and its numbers count for nothing any more. */
  renumber(): void {
    const closed = this.#closed
    this.#raiseEpoch()
    if (closed === undefined) return
    this.#closed = undefined
    this.#waiting.unshift(...closed.portions)
  }

  get isInDoubt(): boolean {
    return this.#closed?.isInDoubt === true
  }

  /** Gives up the batch that is under way. */
  fail(error: Error): void {
    const closed = this.#end()
    if (closed?.isInDoubt) this.#raiseEpoch()
    for (const portion of closed?.portions ?? []) portion.failed(error)
  }

  failAll(error: Error): void {
    this.fail(error)
    for (const portion of this.#waiting.splice(0)) portion.failed(error)
  }

  /** Gives up what has waited for too long. */
  expire(nowMs: number, late: () => Error): void {
    const isOver = ({ deadlineMs }: Portion) => nowMs >= deadlineMs
    if (this.#closed?.portions.every(isOver)) {
      // A leader that still waits for its replicas has written it, and takes the next batch of the same
      // number for a repetition: it would acknowledge records that it never writes.
      if (this.#closed.sent !== undefined) this.#closed.isInDoubt = true
      this.fail(late())
    }
    const over = this.#waiting.filter(isOver)
    if (over.length > 0) this.#waiting = this.#waiting.filter((each) => !isOver(each))
    for (const portion of over) portion.failed(late())
  }

  #end(): ClosedBatch | undefined {
    const closed = this.#closed
    this.#closed = undefined
    this.#retryAtMs = Number.NEGATIVE_INFINITY
    return closed
  }

  #raiseEpoch(): void {
    this.#epoch += 1
    this.#sequence = 0
    if (this.#epoch > EPOCH_MAX) this.#onWornOut()
  }

  /** The next portions, as many as fit; only those that are compressed in the same way. */
  #takePortions(): Portion[] {
    const first = this.#waiting[0]!
    let bytes = first.bytes
    let count = 1
    if (this.#alone > 0) this.#alone -= 1
    else {
      for (; count < this.#waiting.length; count += 1) {
        const next = this.#waiting[count]!
        bytes += next.bytes
        if (bytes > BATCH_BYTES_MAX || next.compressor !== first.compressor) break
      }
    }
    return this.#waiting.splice(0, count)
  }
}
