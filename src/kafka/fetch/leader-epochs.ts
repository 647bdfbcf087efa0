import type { EpochEnd } from '../records/fetch-answer.ts'

/** From where on records were written in an epoch. */
interface EpochStart {
  epoch: number
  offset: number
}

export const UNKNOWN_EPOCH = -1
/** More elections than a partition sees while its records wait. */
const MAX_EPOCHS = 100

/**
 * In which epoch of its leader each record of a partition was written, as far as it was read. A leader
 * that was elected without the newest records writes others in their place, in a later epoch: what was
 * read there is not its log any more (KIP-320).
 */
export class LeaderEpochs {
  readonly #starts: EpochStart[]

  /** `starts` in the order of their offsets. */
  constructor(starts: readonly EpochStart[] = []) {
    this.#starts = [...starts]
  }

  /** Notes that the records from this offset on were written in the epoch. */
  note(offset: number, epoch: number): void {
    while ((this.#starts.at(-1)?.offset ?? Number.NEGATIVE_INFINITY) >= offset) this.#starts.pop()
    if (this.#starts.at(-1)?.epoch === epoch) return
    this.#starts.push({ offset, epoch })
    if (this.#starts.length > MAX_EPOCHS) this.#starts.shift()
  }

  /** The epoch of the last record below the offset. */
  below(offset: number): number {
    return this.#starts.findLast((each) => each.offset < offset)?.epoch ?? UNKNOWN_EPOCH
  }

  /** Where the log that ends so is known to differ from what was read. */
  divergesAt({ epoch, endOffset }: EpochEnd): number {
    const later = this.#starts.find((each) => each.epoch > epoch)
    return Math.min(endOffset, later?.offset ?? Number.POSITIVE_INFINITY)
  }

  /** What is known of the records below the offset. */
  until(offset: number): LeaderEpochs {
    return new LeaderEpochs(this.#starts.filter((each) => each.offset < offset))
  }

  forget(): void {
    this.#starts.length = 0
  }
}
