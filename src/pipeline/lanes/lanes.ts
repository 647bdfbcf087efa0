import type { Clock } from '../../util/clock.ts'
import { Fifo } from '../../util/fifo.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { TimeSlice } from '../../util/time-slice.ts'
import type { WaitReason } from './wait-reason.ts'

/**
 * How a turn ended: the item needs another turn once the promise resolves, or it is done. `done` is
 * called in the same tick in which the lane drops the item, so that no count ever includes it twice
 * or not at all.
 */
export type Turn = { again: Promise<void>; why: WaitReason } | { done: () => void }

/** How long synchronous turns may run in a row before timers and sockets are served. */
const SLICE_MS = 250

export interface LanesOptions<T> {
  clock: Pick<Clock, 'elapsedMs'>
  /** Maximum number of turns that run at once, over all lanes. */
  concurrency: number
  /** Runs one turn of the item. Must not throw or reject: that is a bug and ends the process. */
  turn(item: T): MaybePromise<Turn>
}

/** A snapshot of a lane. */
export interface LaneView<T> {
  /** The first item. */
  head: T
  items: number
  state: 'queued' | 'running' | WaitReason
}

interface Lane<T> {
  key: string
  items: Fifo<T>
  state: 'ready' | 'running' | 'waiting'
  why: WaitReason | undefined
  /** Number of the current wait, so that a cancelled wait does not wake the lane. */
  wait: number
}

/**
 * Lanes run concurrently; within a lane items run one at a time, in the order they were added. An
 * item that waits for another turn blocks its lane but does not count against the concurrency, so a
 * lane in back-off does not slow down the others.
 */
export class Lanes<T> {
  #lanes = new Map<string, Lane<T>>()
  #ready = new Fifo<Lane<T>>()
  #running = 0
  #quiet: (() => void)[] = []
  /** Waits for turns of items that match to end. */
  #watchers: { matches: (item: T) => boolean; resolve: () => void }[] = []
  #concurrency: number
  #slice: TimeSlice
  #isResting = false
  #turn: (item: T) => MaybePromise<Turn>

  constructor(options: LanesOptions<T>) {
    this.#slice = new TimeSlice(options.clock, SLICE_MS)
    this.#concurrency = options.concurrency
    this.#turn = options.turn
  }

  /** Items queued, waiting or running. */
  get size(): number {
    let size = 0
    for (const lane of this.#lanes.values()) size += lane.items.length
    return size
  }

  *views(): Iterable<LaneView<T>> {
    for (const { items, state, why } of this.#lanes.values()) {
      const head = items.first()
      if (head === undefined) continue
      yield { head, items: items.length, state: state === 'ready' ? 'queued' : (why ?? 'running') }
    }
  }

  get running(): number {
    return this.#running
  }

  add(key: string, item: T): void {
    const lane = this.#lanes.get(key)
    if (lane !== undefined) {
      lane.items.push(item)
      return
    }
    const fresh: Lane<T> = { key, items: new Fifo(item), state: 'ready', why: undefined, wait: 0 }
    this.#lanes.set(key, fresh)
    this.#ready.push(fresh)
    this.#pump()
  }

  /** Removes and returns every matching item that is not in the middle of a turn. */
  remove(matches: (item: T) => boolean): T[] {
    const removed: T[] = []
    for (const lane of [...this.#lanes.values()]) removed.push(...this.#removeFrom(lane, matches))
    this.#pump()
    return removed
  }

  /** Resolves when no turn is running or ready to run; waiting lanes do not count. */
  whenQuiet(): Promise<void> {
    if (this.#isQuiet()) return Promise.resolve()
    return new Promise((resolve) => this.#quiet.push(resolve))
  }

  /** Resolves when no turn of a matching item is running; others, and lanes that wait, do not count. */
  whenNoneRuns(matches: (item: T) => boolean): Promise<void> {
    if (!this.#runs(matches)) return Promise.resolve()
    return new Promise((resolve) => this.#watchers.push({ matches, resolve }))
  }

  #runs(matches: (item: T) => boolean): boolean {
    for (const { items, state } of this.#lanes.values()) {
      if (state === 'running' && matches(items.first() as T)) return true
    }
    return false
  }

  #tellWatchers(): void {
    const watchers = this.#watchers
    this.#watchers = watchers.filter(({ matches }) => this.#runs(matches))
    for (const each of watchers) if (!this.#watchers.includes(each)) each.resolve()
  }

  #removeFrom(lane: Lane<T>, matches: (item: T) => boolean): T[] {
    const head = lane.items.first()
    const removed = lane.items.removeWhere(matches, lane.state === 'running' ? 1 : 0)
    const headIsGone = lane.items.first() !== head
    if (lane.state === 'waiting' && headIsGone) this.#wake(lane)
    if (lane.state === 'ready' && lane.items.length === 0) this.#lanes.delete(lane.key)
    return removed
  }

  #pump(): void {
    while (this.#running < this.#concurrency && this.#ready.length > 0 && !this.#mustRest()) {
      const lane = this.#ready.shift() as Lane<T>
      // The lane may have been emptied while it was queued.
      if (lane.items.length > 0) this.#run(lane)
    }
    if (this.#quiet.length > 0 && this.#isQuiet())
      for (const resolve of this.#quiet.splice(0)) resolve()
  }

  /** Whether turns have run for so long that the event loop must run before the next one. */
  #mustRest(): boolean {
    if (!this.#isResting && this.#slice.isOver()) void this.#rest()
    return this.#isResting
  }

  async #rest(): Promise<void> {
    this.#isResting = true
    await this.#slice.next
    this.#isResting = false
    this.#pump()
  }

  #run(lane: Lane<T>): void {
    lane.state = 'running'
    lane.why = undefined
    this.#running += 1
    const turn = this.#turnOf(lane)
    if (turn instanceof Promise) void turn.then((ended) => this.#endLater(lane, ended))
    else this.#end(lane, turn)
  }

  /** Turns a throw into a rejection. It stays unhandled, so the process ends. */
  #turnOf(lane: Lane<T>): MaybePromise<Turn> {
    try {
      return this.#turn(lane.items.first() as T)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #endLater(lane: Lane<T>, turn: Turn): void {
    this.#end(lane, turn)
    this.#pump()
  }

  #end(lane: Lane<T>, turn: Turn): void {
    this.#running -= 1
    if ('done' in turn) this.#finish(lane, turn.done)
    else this.#wait(lane, turn)
    if (this.#watchers.length > 0) this.#tellWatchers()
  }

  #finish(lane: Lane<T>, done: () => void): void {
    lane.items.shift()
    done()
    if (lane.items.length > 0) this.#makeReady(lane)
    else this.#lanes.delete(lane.key)
  }

  #wait(lane: Lane<T>, { again, why }: Extract<Turn, { again: unknown }>): void {
    lane.state = 'waiting'
    lane.why = why
    const wait = ++lane.wait
    void again.then(() => {
      if (lane.state !== 'waiting' || lane.wait !== wait) return
      this.#makeReady(lane)
      this.#pump()
    })
  }

  #wake(lane: Lane<T>): void {
    lane.wait += 1
    if (lane.items.length > 0) this.#makeReady(lane)
    else this.#lanes.delete(lane.key)
  }

  #makeReady(lane: Lane<T>): void {
    lane.state = 'ready'
    this.#ready.push(lane)
  }

  #isQuiet(): boolean {
    return this.#running === 0 && this.#ready.length === 0
  }
}
