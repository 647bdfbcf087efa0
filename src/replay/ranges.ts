import { partitionName } from '../event/record.ts'
import type { OffsetRange } from '../kafka/reader/offset-ranges.ts'

/** The offset ranges to replay, by partition. Their ends can be extended. */
export class Ranges {
  #byName = new Map<string, OffsetRange>()
  #extended = Promise.withResolvers<void>()

  constructor(ranges: readonly OffsetRange[]) {
    this.extend(ranges)
  }

  /** Resolves at the next extension. */
  get extended(): Promise<void> {
    return this.#extended.promise
  }

  get all(): OffsetRange[] {
    return [...this.#byName.values()]
  }

  of(topic: string, partition: number): OffsetRange | undefined {
    return this.#byName.get(partitionName({ topic, partition }))
  }

  /** Moves the ends, and wakes the partitions that wait at theirs. */
  extend(ranges: readonly OffsetRange[]): void {
    for (const range of ranges) this.#byName.set(partitionName(range), range)
    this.#extended.resolve()
    this.#extended = Promise.withResolvers<void>()
  }
}
