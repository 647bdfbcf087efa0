import { Fifo } from '../../util/fifo.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { WaitReason } from './wait-reason.ts'

/**
 * How a turn ended: the item needs another turn once the promise resolves, or it is done. `done` is
 * called in the same tick in which the lane drops the item, so that no count ever includes it twice
 * or not at all.
 */
export type Turn = Again | { done: () => void }

export interface Again {
  again: Promise<void>
  why: WaitReason
}

/**
 * The items of one key, in order. Normally one of them has its turn. An item that has joined a batch
 * may be followed by the next one, so that both are in the batch: then the first `begun` items have
 * turns, and the lane continues when all of these have ended.
 */
export class Lane<T> {
  readonly key: string
  readonly items: Fifo<T>
  state: 'ready' | 'running' | 'waiting' = 'ready'
  why: WaitReason | undefined
  /** Whether it is in line for a turn. */
  isQueued = false
  /** Number of the current wait, so that a cancelled wait does not wake the lane. */
  wait = 0
  /** Items at the front whose turns have begun since the lane last waited or was ready. */
  #begun = 0
  /** How many of these have joined a batch. */
  #joined = 0
  #running = 0
  /** Whether the batch that the last one has joined still takes others. */
  #isOpen: (() => boolean) | undefined
  /** Those that need another turn. */
  #again: { item: T; turn: Again }[] = []
  /** Resolved once the item is the first one, or once one before it needs another turn. */
  #waiting: { item: T; resolve: (isFirst: boolean) => void }[] = []

  constructor(key: string, first: T) {
    this.key = key
    this.items = new Fifo(first)
  }

  get begun(): number {
    return this.#begun
  }

  /** Whether the next item may begin its turn though the ones before have not ended. */
  get isFollowed(): boolean {
    if (this.#joined === 0 || this.#joined < this.#begun || this.#begun >= this.items.length)
      return false
    return this.#again.length === 0 && this.#isOpen?.() === true
  }

  /** The next item begins its turn. */
  begin(): T {
    this.state = 'running'
    this.why = undefined
    this.#running += 1
    this.#begun += 1
    return this.items.at(this.#begun - 1) as T
  }

  /** The last item that began has joined a batch. */
  join(isOpen: () => boolean): void {
    this.#joined += 1
    this.#isOpen = isOpen
  }

  /** Whether the turn of an item that matches is running. */
  runs(matches: (item: T) => boolean): boolean {
    for (let n = 0; n < this.#begun; n++) {
      const item = this.items.at(n) as T
      if (matches(item) && !this.#again.some((ended) => ended.item === item)) return true
    }
    return false
  }

  /**
   * Whether all items before this one, which has its turn, have ended theirs for good. Resolves once that
   * is known: false if one of them needs another turn.
   */
  whenFirst(item: T): MaybePromise<boolean> {
    if (this.items.first() === item) return true
    if (this.#again.some((ended) => this.#isBefore(ended.item, item))) return false
    return new Promise((resolve) => this.#waiting.push({ item, resolve }))
  }

  #isBefore(one: T, other: T): boolean {
    for (let n = 0; n < this.#begun; n++) {
      const item = this.items.at(n)
      if (item === other) return false
      if (item === one) return true
    }
    return false
  }

  #resolveWaiting(ended: T, isDone: boolean): void {
    const first = this.items.first()
    const concerned = isDone
      ? (item: T) => item === first
      : (item: T) => this.#isBefore(ended, item)
    const due = this.#waiting.filter(({ item }) => concerned(item))
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter((each) => !due.includes(each))
    for (const { resolve } of due) resolve(isDone)
  }

  /** A turn has ended. Returns whether it was the last one that was running. */
  end(item: T, turn: Turn): boolean {
    this.#running -= 1
    if ('done' in turn) {
      if (this.items.remove(item) < this.#joined) this.#joined -= 1
      this.#begun -= 1
    } else {
      this.#again.push({ item, turn })
    }
    if (this.#waiting.length > 0) this.#resolveWaiting(item, 'done' in turn)
    return this.#running === 0
  }

  /** All turns have ended. Returns what the first item waits for, if it had a turn already. */
  rest(): Again | undefined {
    const first = this.items.first()
    const wait = this.#again.find(({ item }) => item === first)
    this.#begun = 0
    this.#joined = 0
    this.#isOpen = undefined
    if (this.#again.length > 0) this.#again = []
    return wait?.turn
  }
}
