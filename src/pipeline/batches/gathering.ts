import type { Clock } from '../../util/clock.ts'

export interface GatheringOptions<T> {
  clock: Pick<Clock, 'after'>
  /** The most items of a batch. */
  maxItems: number
  /** The longest that an item waits for others while a call could begin. */
  maxWaitMs: number
  /** The most calls at once. */
  maxCalls: number
  keyOf(item: T): string
  /** Calls the handler with a batch. Must not reject: that is a bug and ends the process. */
  call(items: readonly T[]): Promise<void>
}

/**
 * Gathers items into batches. A batch is called when it is full, or when its first item has waited long
 * enough; while all calls are taken it is filled further, so batches grow with the load.
 */
export class Gathering<T> {
  #options: GatheringOptions<T>
  #filling: T[] = []
  #keys = new Set<string>()
  #isDue = false
  #cancelTimer = () => {}
  /** Batches that take no more items and wait for a call. */
  #closed: T[][] = []
  #calls = 0
  /** While this is above 0, no item waits for others. */
  #hurries = 0

  constructor(options: GatheringOptions<T>) {
    this.#options = options
  }

  /** Adds an item to the batch that is being filled. Returns whether that one still takes others. */
  add(item: T): () => boolean {
    const filling = this.#filling
    const { maxItems, maxWaitMs, clock, keyOf } = this.#options
    filling.push(item)
    this.#keys.add(keyOf(item))
    if (filling.length === 1) this.#cancelTimer = clock.after(maxWaitMs, () => this.callSoon())
    if (filling.length >= maxItems) this.#closed.push(this.#cut())
    else if (this.#hurries > 0) this.#isDue = true
    this.#pump()
    return () => this.#filling === filling
  }

  /** Adds an item that is called alone. */
  addAlone(item: T): void {
    this.#closed.push([item])
    this.#pump()
  }

  /** Whether the batch that is being filled has an item with this key. */
  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** What has been gathered waits for no more items. */
  callSoon(): void {
    this.#isDue = this.#filling.length > 0
    this.#pump()
  }

  /** No item waits for others until the function that is returned is called. */
  hurry(): () => void {
    this.#hurries += 1
    this.callSoon()
    return () => {
      this.#hurries -= 1
    }
  }

  /** Removes and returns what matches and has not been called, and what follows it with the same key. */
  remove(matches: (item: T) => boolean): T[] {
    const removed: T[] = []
    for (const batch of [...this.#closed, this.#filling])
      removed.push(...this.#removeFrom(batch, matches))
    this.#closed = this.#closed.filter(({ length }) => length > 0)
    if (this.#filling.length === 0) this.#cut()
    this.#keys = new Set(this.#filling.map(this.#options.keyOf))
    return removed
  }

  #removeFrom(batch: T[], matches: (item: T) => boolean): T[] {
    const keys = new Set<string>()
    const isKept = (item: T) => {
      const key = this.#options.keyOf(item)
      if (!keys.has(key) && !matches(item)) return true
      keys.add(key)
      return false
    }
    const all = batch.splice(0)
    const kept = new Set(all.filter(isKept))
    batch.push(...kept)
    return all.filter((item) => !kept.has(item))
  }

  #pump(): void {
    while (this.#calls < this.#options.maxCalls) {
      const batch = this.#closed.shift() ?? (this.#isDue ? this.#cut() : undefined)
      if (batch === undefined) return
      this.#calls += 1
      void this.#options.call(batch).then(() => {
        this.#calls -= 1
        this.#pump()
      })
    }
  }

  /** Ends the filling of a batch and begins that of another. */
  #cut(): T[] {
    const filled = this.#filling
    this.#filling = []
    this.#keys = new Set()
    this.#isDue = false
    this.#cancelTimer()
    this.#cancelTimer = () => {}
    return filled
  }
}
