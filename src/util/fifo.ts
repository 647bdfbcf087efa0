/** A FIFO queue without the cost of `Array.shift` on a long array. */
export class Fifo<T> {
  #items: (T | undefined)[]
  #head = 0

  /** Initial items are passed here, because an array that grows by `push` reserves room for more. */
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

  /** The item at this index, counted from the first. */
  at(index: number): T | undefined {
    return this.#items[this.#head + index]
  }

  /** Removes the item, and returns the index that it had; -1 if it is not in the queue. */
  remove(item: T): number {
    if (this.first() === item) {
      this.shift()
      return 0
    }
    const index = this.#items.indexOf(item, this.#head)
    if (index === -1) return -1
    this.#items.splice(index, 1)
    return index - this.#head
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (this.length === 0) return undefined
    this.#items[this.#head] = undefined
    this.#head += 1
    if (this.#head > 64 && this.#head * 2 > this.#items.length) this.#compact()
    return item
  }

  /** Removes every matching item from index `from` on, and returns them in order. */
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
