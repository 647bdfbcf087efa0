import type { Clock } from '../../util/clock.ts'
import { Fifo } from '../../util/fifo.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { TimeSlice } from '../../util/time-slice.ts'
import { type Again, Lane, type Turn } from './lane.ts'
import type { WaitReason } from './wait-reason.ts'

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
  #isPumping = false
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
      if (lane.isFollowed) this.#follow(lane)
      return
    }
    const fresh = new Lane(key, item)
    this.#lanes.set(key, fresh)
    this.#queue(fresh)
    this.#pump()
  }

  /** Whether no other item of its lane is before this one. */
  isFirst(key: string, item: T): boolean {
    return this.#lanes.get(key)?.items.first() === item
  }

  /** As of its lane: whether the item, which has its turn, comes after none that needs another one. */
  whenFirst(key: string, item: T): MaybePromise<boolean> {
    return this.#lanes.get(key)?.whenFirst(item) ?? true
  }

  /**
   * Called during the turn of a lane's item that has joined a batch: the next item of the lane may have
   * its turn as well, as long as `isOpen` says that it can join the same batch.
   */
  joined(key: string, isOpen: () => boolean): void {
    const lane = this.#lanes.get(key)
    if (lane === undefined) return
    lane.join(isOpen)
    if (lane.isFollowed) this.#follow(lane)
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
    for (const lane of this.#lanes.values()) if (lane.runs(matches)) return true
    return false
  }

  #resolveWatchers(): void {
    const watchers = this.#watchers
    this.#watchers = watchers.filter(({ matches }) => this.#runs(matches))
    for (const each of watchers) if (!this.#watchers.includes(each)) each.resolve()
  }

  #removeFrom(lane: Lane<T>, matches: (item: T) => boolean): T[] {
    const head = lane.items.first()
    const removed = lane.items.removeWhere(matches, lane.begun)
    const headIsGone = lane.items.first() !== head
    if (lane.state === 'waiting' && headIsGone) this.#wake(lane)
    if (lane.state === 'ready' && lane.items.length === 0) this.#lanes.delete(lane.key)
    return removed
  }

  /** Not within itself: a lane whose items follow each other would need the stack for each of them. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#running < this.#concurrency && this.#ready.length > 0 && !this.#mustRest()) {
      const lane = this.#ready.shift() as Lane<T>
      lane.isQueued = false
      // The lane may have been emptied while it was queued, and its batch may have been called.
      const mayRun = lane.state === 'ready' ? lane.items.length > 0 : lane.isFollowed
      if (mayRun) this.#run(lane)
    }
    this.#isPumping = false
    if (this.#quiet.length > 0 && this.#isQuiet())
      for (const resolve of this.#quiet.splice(0)) resolve()
  }

  /** Whether turns have run for so long that the event loop must run before the next one. */
  #mustRest(): boolean {
    if (!this.#isResting && this.#slice.isOver()) void this.#giveWay()
    return this.#isResting
  }

  async #giveWay(): Promise<void> {
    this.#isResting = true
    await this.#slice.next
    this.#isResting = false
    this.#pump()
  }

  #run(lane: Lane<T>): void {
    const item = lane.begin()
    this.#running += 1
    const turn = this.#turnOf(item)
    if (turn instanceof Promise) void turn.then((ended) => this.#endLater(lane, item, ended))
    else this.#end(lane, item, turn)
  }

  /** Turns a throw into a rejection. It stays unhandled, so the process ends. */
  #turnOf(item: T): MaybePromise<Turn> {
    try {
      return this.#turn(item)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #endLater(lane: Lane<T>, item: T, turn: Turn): void {
    this.#end(lane, item, turn)
    this.#pump()
  }

  #end(lane: Lane<T>, item: T, turn: Turn): void {
    this.#running -= 1
    const isLast = lane.end(item, turn)
    if ('done' in turn) turn.done()
    if (isLast) this.#rest(lane)
    else if (lane.isFollowed) this.#follow(lane)
    if (this.#watchers.length > 0) this.#resolveWatchers()
  }

  #rest(lane: Lane<T>): void {
    const wait = lane.rest()
    if (wait !== undefined) this.#wait(lane, wait)
    else if (lane.items.length > 0) this.#makeReady(lane)
    else this.#lanes.delete(lane.key)
  }

  #wait(lane: Lane<T>, { again, why }: Again): void {
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
    this.#queue(lane)
  }

  #follow(lane: Lane<T>): void {
    this.#queue(lane)
    this.#pump()
  }

  #queue(lane: Lane<T>): void {
    if (lane.isQueued) return
    lane.isQueued = true
    this.#ready.push(lane)
  }

  #isQuiet(): boolean {
    return this.#running === 0 && this.#ready.length === 0
  }
}
