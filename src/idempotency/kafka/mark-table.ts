/** A mark in 32-bit words: three of the hash of its key, one of the hash of its fingerprint. */
export type Mark = Uint32Array

/** Words of a mark. */
export const MARK_WORDS = 4

/** Words of an entry: a mark, and the second in which it was made. */
const ENTRY_WORDS = MARK_WORDS + 1
const MADE_AT = 4
const FIRST_CAPACITY = 64
/** The index has this many places for each entry, so that a search is short. */
const INDEX_PER_ENTRY = 2

/**
 * Marks in the order in which they were added, found by key: a ring of entries of 20 bytes and an
 * open-addressing index of 8, both doubled when the ring is full. There is no object per mark, so a
 * million of them cost the garbage collector nothing.
 */
export class MarkTable {
  #ring = new Uint32Array(FIRST_CAPACITY * ENTRY_WORDS)
  /** The entry's number in the ring plus one; 0 is a free place. */
  #index = new Uint32Array(FIRST_CAPACITY * INDEX_PER_ENTRY)
  #capacity = FIRST_CAPACITY
  #oldest = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** When the oldest mark was made, in seconds since the epoch. */
  get oldestMadeAt(): number | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#oldest * ENTRY_WORDS + MADE_AT]
  }

  /** The hash of the fingerprint that the mark's key was added with. */
  find(mark: Mark): number | undefined {
    const entry = this.#index[this.#search(mark)]!
    return entry === 0 ? undefined : this.#ring[(entry - 1) * ENTRY_WORDS + 3]
  }

  /** False, and nothing changes, when the mark's key is there already. */
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

  /** The place in the index that holds the mark's key, or the free one where it would be put. */
  #search(mark: Mark): number {
    const mask = this.#index.length - 1
    let place = mark[0]! & mask
    while (this.#index[place] !== 0 && !this.#holds(this.#index[place]! - 1, mark)) {
      place = (place + 1) & mask
    }
    return place
  }

  #holds(entry: number, mark: Mark): boolean {
    const at = entry * ENTRY_WORDS
    const ring = this.#ring
    return ring[at] === mark[0] && ring[at + 1] === mark[1] && ring[at + 2] === mark[2]
  }

  /** Frees the entry's place, and moves up what was put behind it only because it was taken. */
  #unindex(entry: number): void {
    const index = this.#index
    const mask = index.length - 1
    let free = this.#homeOf(entry)
    while (index[free] !== entry + 1) free = (free + 1) & mask
    for (let place = (free + 1) & mask; index[place] !== 0; place = (place + 1) & mask) {
      const home = this.#homeOf(index[place]! - 1)
      if (((place - home) & mask) < ((place - free) & mask)) continue
      index[free] = index[place]!
      free = place
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
    let place = this.#homeOf(entry)
    while (this.#index[place] !== 0) place = (place + 1) & mask
    this.#index[place] = entry + 1
  }
}
