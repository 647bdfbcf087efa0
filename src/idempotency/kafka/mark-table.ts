/** A mark as four 32-bit words: three of its key's hash, one for its content. */
export type Mark = Uint32Array

/** Words of a mark. */
export const MARK_WORDS = 4

/** Words of an entry: a mark, then its creation time in seconds since the epoch. */
const ENTRY_WORDS = MARK_WORDS + 1
const MADE_AT = 4
const FIRST_CAPACITY = 64
/** Index slots per entry, so that searches stay short. */
const INDEX_PER_ENTRY = 2

/**
 * Marks in insertion order with lookup by key: a ring buffer (20 bytes per entry) and a hash index
 * with open addressing (8 bytes per entry), both doubled when the ring is full. There is no object per
 * mark, so even a million of them add no work for the garbage collector.
 */
export class MarkTable {
  #ring = new Uint32Array(FIRST_CAPACITY * ENTRY_WORDS)
  /** The entry's position in the ring plus one; 0 is a free slot. */
  #index = new Uint32Array(FIRST_CAPACITY * INDEX_PER_ENTRY)
  #capacity = FIRST_CAPACITY
  #oldest = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** When the oldest mark was made, in seconds since the epoch; undefined if the table is empty. */
  get oldestMadeAt(): number | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#oldest * ENTRY_WORDS + MADE_AT]
  }

  /** The word for the content that is stored for the mark's key; undefined if the key is not present. */
  find(mark: Mark): number | undefined {
    const entry = this.#index[this.#search(mark)]!
    return entry === 0 ? undefined : this.#ring[(entry - 1) * ENTRY_WORDS + 3]
  }

  /** Adds a mark. Returns false, without a change, if its key is already present. */
  add(mark: Mark, madeAt: number): boolean {
    if (this.#index[this.#search(mark)] !== 0) return false
    if (this.#size === this.#capacity) this.#grow()
    const entry = (this.#oldest + this.#size) & (this.#capacity - 1)
    const at = entry * ENTRY_WORDS
    for (let word = 0; word < MARK_WORDS; word++) this.#ring[at + word] = mark[word]!
    this.#ring[at + MADE_AT] = madeAt
    this.#index[this.#search(mark)] = entry + 1
    this.#size += 1
    return true
  }

  dropOldest(): void {
    if (this.#size === 0) return
    this.#unindex(this.#oldest)
    this.#oldest = (this.#oldest + 1) & (this.#capacity - 1)
    this.#size -= 1
  }

  /** The index slot that holds the mark's key, or the free slot where it belongs. */
  #search(mark: Mark): number {
    const mask = this.#index.length - 1
    let slot = mark[0]! & mask
    while (this.#index[slot] !== 0 && !this.#holds(this.#index[slot]! - 1, mark)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  #holds(entry: number, mark: Mark): boolean {
    const at = entry * ENTRY_WORDS
    const ring = this.#ring
    return ring[at] === mark[0] && ring[at + 1] === mark[1] && ring[at + 2] === mark[2]
  }

  /** Frees the entry's slot and moves up the entries that linear probing had put behind it. */
  #unindex(entry: number): void {
    const index = this.#index
    const mask = index.length - 1
    let free = this.#homeOf(entry)
    while (index[free] !== entry + 1) free = (free + 1) & mask
    for (let slot = (free + 1) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#homeOf(index[slot]! - 1)
      if (((slot - home) & mask) < ((slot - free) & mask)) continue
      index[free] = index[slot]!
      free = slot
    }
    index[free] = 0
  }

  #homeOf(entry: number): number {
    return this.#ring[entry * ENTRY_WORDS]! & (this.#index.length - 1)
  }

  #grow(): void {
    const old = this.#ring
    const start = this.#oldest * ENTRY_WORDS
    this.#ring = new Uint32Array(old.length * 2)
    this.#ring.set(old.subarray(start))
    this.#ring.set(old.subarray(0, start), old.length - start)
    this.#oldest = 0
    this.#capacity *= 2
    this.#index = new Uint32Array(this.#capacity * INDEX_PER_ENTRY)
    for (let entry = 0; entry < this.#size; entry++) this.#reindex(entry)
  }

  #reindex(entry: number): void {
    const mask = this.#index.length - 1
    let slot = this.#homeOf(entry)
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask
    this.#index[slot] = entry + 1
  }
}
