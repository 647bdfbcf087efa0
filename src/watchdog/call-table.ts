/** Calls that can be told apart; more may run at once, of which only the one on the thread is told. */
const SLOTS = 256
const SLOT_BYTES = 384
/** Shared by all calls that found no slot of their own. */
const OVERFLOW = SLOTS
const NONE = -1
const COUNTED = '+'

/** Where the numbers are, each an Int32; the lengths are those of the texts, slot by slot. */
const BEATS = 0
const ON_THREAD = 1
const NOTED = 2
const LENGTHS = 3
const TEXTS = 4 * (LENGTHS + SLOTS + 1)

/** One call of a plugin's handler. */
export interface TrackedCall {
  plugin: string
  /** `topic/partition@offset` */
  record: string
  /** Should it end the process, that is noted already. */
  counted: boolean
  /** The event's id; its end is missing where it is very long. */
  event: string
}

export interface RunningCalls {
  /** The call that has the thread and has not given it back. */
  onThread: TrackedCall | undefined
  /** All calls that have begun and not ended, as far as there was room for them. */
  running: TrackedCall[]
}

/**
 * What the main thread is doing, in memory that another thread can read while the main thread can't
 * answer. One thread writes.
 */
export class CallTable {
  readonly shared: SharedArrayBuffer
  #numbers: Int32Array
  #texts: Buffer
  #free: number[]

  constructor(shared = new SharedArrayBuffer(TEXTS + SLOT_BYTES * (SLOTS + 1))) {
    this.shared = shared
    this.#numbers = new Int32Array(shared, 0, LENGTHS + SLOTS + 1)
    this.#texts = Buffer.from(shared, TEXTS)
    this.#free = Array.from({ length: SLOTS }, (_, n) => SLOTS - 1 - n)
  }

  /** Begins anew, with nothing on the board. */
  clear(): void {
    Atomics.store(this.#numbers, ON_THREAD, NONE)
  }

  /** The main thread is alive. */
  beat(): void {
    Atomics.add(this.#numbers, BEATS, 1)
  }

  get beats(): number {
    return Atomics.load(this.#numbers, BEATS)
  }

  /** A call begins and has the thread; answers its slot. */
  enter({ plugin, record, counted, event }: TrackedCall): number {
    const slot = this.#free.pop() ?? OVERFLOW
    const text = `${plugin}\n${record}\n${counted ? COUNTED : ''}\n${event}`
    this.#numbers[LENGTHS + slot] = this.#texts.write(text, slot * SLOT_BYTES, SLOT_BYTES)
    Atomics.store(this.#numbers, ON_THREAD, slot)
    return slot
  }

  /** The call gave the thread back; it may go on later. */
  returned(): void {
    Atomics.store(this.#numbers, ON_THREAD, NONE)
  }

  /** The call has ended. */
  leave(slot: number): void {
    this.returned()
    this.#numbers[LENGTHS + slot] = 0
    if (slot !== OVERFLOW) this.#free.push(slot)
  }

  /** The watching thread has noted what it was asked to. */
  noted(): void {
    Atomics.store(this.#numbers, NOTED, 1)
    Atomics.notify(this.#numbers, NOTED)
  }

  /** Blocks the thread until that is so, or the limit is over. */
  awaitNoted(limitMs: number): void {
    Atomics.wait(this.#numbers, NOTED, 0, limitMs)
  }

  read(): RunningCalls {
    const onThread = Atomics.load(this.#numbers, ON_THREAD)
    const slots = Array.from({ length: SLOTS }, (_, slot) => slot)
    return {
      onThread: onThread === NONE ? undefined : this.#callIn(onThread),
      running: slots.filter((slot) => this.#lengthOf(slot) > 0).map((slot) => this.#callIn(slot)),
    }
  }

  #callIn(slot: number): TrackedCall {
    const start = slot * SLOT_BYTES
    const text = this.#texts.toString('utf8', start, start + this.#lengthOf(slot))
    const [plugin = '', record = '', counted, event = ''] = text.split('\n')
    return { plugin, record, counted: counted === COUNTED, event }
  }

  #lengthOf(slot: number): number {
    return this.#numbers[LENGTHS + slot] as number
  }
}
