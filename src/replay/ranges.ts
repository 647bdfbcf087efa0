import type { OffsetRange } from '../kafka/reader/offset-ranges.ts'

/** The offsets that are replayed, by partition. Their ends may move on. */
export class Ranges {
  #byName = new Map<string, OffsetRange>()
  #extended!: Promise<void>
  #tell!: () => void

  constructor(ranges: readonly OffsetRange[]) {
    this.extend(ranges)
  }

  /** Resolves when the ends move on. */
  get extended(): Promise<void> {
    return this.#extended
  }

  get all(): OffsetRange[] {
    return [...this.#byName.values()]
  }

  of(topic: string, partition: number): OffsetRange | undefined {
    return this.#byName.get(nameOf(topic, partition))
  }

  /** Wakes whoever waits at an end. */
  extend(ranges: readonly OffsetRange[]): void {
    for (const range of ranges) this.#byName.set(nameOf(range.topic, range.partition), range)
    this.#tell?.()
    this.#extended = new Promise((resolve) => {
      this.#tell = resolve
    })
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
