/** First in, first out, without the cost of `Array.shift` on a long queue. */
export class Fifo<T> {
  #items: (T | undefined)[]
  #head = 0

  /** With these, which are few where there are many queues: an array that grows takes room for more. */
  constructor(...items: T[]) {
    this.#items = items
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
  }

  first(): T | undefined {
    return this.#items[this.#head]
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (this.length === 0) return undefined
    this.#items[this.#head] = undefined
    this.#head += 1
    if (this.#head > 64 && this.#head * 2 > this.#items.length) this.#compact()
    return item
  }

  /** Takes out, in order, every item from the `from`th on that matches. */
  removeWhere(matches: (item: T) => boolean, from = 0): T[] {
    const kept: T[] = []
    const removed: T[] = []
    const items = this.#items.slice(this.#head) as T[]
    items.forEach((item, index) => {
      const target = index >= from && matches(item) ? removed : kept
      target.push(item)
    })
    this.#items = kept
    this.#head = 0
    return removed
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
