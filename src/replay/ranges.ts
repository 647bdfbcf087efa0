import type { OffsetRange } from '../kafka/reader/offset-ranges.ts'

/** The offset ranges to replay, by partition. Their ends can be extended. */
export class Ranges {
  #byName = new Map<string, OffsetRange>()
  #extended!: Promise<void>
  #resolveExtended!: () => void

  constructor(ranges: readonly OffsetRange[]) {
    this.extend(ranges)
  }

  /** Resolves at the next extension. */
  get extended(): Promise<void> {
    return this.#extended
  }

  get all(): OffsetRange[] {
    return [...this.#byName.values()]
  }

  of(topic: string, partition: number): OffsetRange | undefined {
    return this.#byName.get(nameOf(topic, partition))
  }

  /** Moves the ends, and wakes the partitions that wait at theirs. */
  extend(ranges: readonly OffsetRange[]): void {
    for (const range of ranges) this.#byName.set(nameOf(range.topic, range.partition), range)
    this.#resolveExtended?.()
    this.#extended = new Promise((resolve) => {
      this.#resolveExtended = resolve
    })
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
