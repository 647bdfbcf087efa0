import type { Clock } from '../../util/clock.ts'
import { Fifo } from '../../util/fifo.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { TimeSlice } from '../../util/time-slice.ts'
import type { WaitReason } from './wait-reason.ts'

/**
 * How a turn ended: the item wants another turn once the promise settles, or it is done with. Then
 * `done` is called in the tick in which the lane lets go of the item, so that no count ever sees it
 * in both places or in neither.
 */
export type Turn = { again: Promise<void>; why: WaitReason } | { done: () => void }

/** How long turns may go on in a row that are over at once; then timers and sockets have a turn. */
const SLICE_MS = 250

export interface LanesOptions<T> {
  clock: Pick<Clock, 'elapsedMs'>
  /** Turns that may run at once, over all lanes. */
  concurrency: number
  /** Gives the item one turn. Must not fail: a failure is a defect and ends the process. */
  turn(item: T): MaybePromise<Turn>
}

/** A lane as it stands. */
export interface LaneView<T> {
  /** The foremost item. */
  head: T
  items: number
  state: 'queued' | 'running' | WaitReason
}

interface Lane<T> {
  key: string
  items: Fifo<T>
  state: 'ready' | 'running' | 'waiting'
  why: WaitReason | undefined
  /** Counts the waits, so that a wait that was called off does not wake the lane. */
  wait: number
}

/**
 * Lanes run side by side; within a lane items go one after the other, in the order they were added.
 * An item that waits for another turn keeps its lane but not its place among the running ones, so
 * a lane in back-off costs nobody anything.
 */
export class Lanes<T> {
  #lanes = new Map<string, Lane<T>>()
  #ready = new Fifo<Lane<T>>()
  #running = 0
  #quiet: (() => void)[] = []
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

  /** Takes out every matching item that is not in the middle of a turn. */
  remove(matches: (item: T) => boolean): T[] {
    const removed: T[] = []
    for (const lane of [...this.#lanes.values()]) removed.push(...this.#removeFrom(lane, matches))
    this.#pump()
    return removed
  }

  /** Resolves when no turn is running and none could start; waits do not count. */
  whenQuiet(): Promise<void> {
    if (this.#isQuiet()) return Promise.resolve()
    return new Promise((resolve) => this.#quiet.push(resolve))
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
      // A lane that was emptied while it stood in the queue has nothing to run.
      if (lane.items.length > 0) this.#run(lane)
    }
    if (this.#quiet.length > 0 && this.#isQuiet()) for (const tell of this.#quiet.splice(0)) tell()
  }

  /** Whether turns have gone on for so long that others must have the thread before the next. */
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

  /** What is thrown is rejected, too: nobody handles that, so the process ends. */
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
