/**
 * Calls with a slot of their own. More may run at once; of those only the one on the thread is
 * visible.
 */
const SLOTS = 256
const SLOT_BYTES = 384
/** Shared by all calls that found no free slot. */
const OVERFLOW = SLOTS
const NONE = -1
const COUNTED = '+'

/** Indexes of the Int32 numbers; from LENGTHS on, the length of each slot's text. */
const BEATS = 0
const ON_THREAD = 1
const RECORDED = 2
const LENGTHS = 3
const TEXTS = 4 * (LENGTHS + SLOTS + 1)

/** One call of a plugin's handler. */
export interface TrackedCall {
  plugin: string
  /** `topic/partition@offset` */
  record: string
  /** Its crash was counted before the call, in case it ends the process. */
  counted: boolean
  /** The event's id, truncated if it is very long. */
  event: string
}

export interface RunningCalls {
  /** The call whose synchronous code is running now. */
  onThread: TrackedCall | undefined
  /** All calls that have begun and not ended and have a slot of their own. */
  running: TrackedCall[]
}

/**
 * The handler calls that are running, in shared memory, so that another thread can read them while
 * the main thread is blocked. Only one thread may write.
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

  /** Must be called once before the first call, by the thread that writes. */
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

  /** A call begins and has the thread. Returns its slot. */
  enter({ plugin, record, counted, event }: TrackedCall): number {
    const slot = this.#free.pop() ?? OVERFLOW
    const text = `${plugin}\n${record}\n${counted ? COUNTED : ''}\n${event}`
    this.#numbers[LENGTHS + slot] = this.#texts.write(text, slot * SLOT_BYTES, SLOT_BYTES)
    Atomics.store(this.#numbers, ON_THREAD, slot)
    return slot
  }

  /** The call gave the thread back; it may continue later. */
  returned(): void {
    Atomics.store(this.#numbers, ON_THREAD, NONE)
  }

  /** The call has ended. */
  leave(slot: number): void {
    this.returned()
    this.#numbers[LENGTHS + slot] = 0
    if (slot !== OVERFLOW) this.#free.push(slot)
  }

  /** Called by the watching thread when it has recorded the crash. */
  recorded(): void {
    Atomics.store(this.#numbers, RECORDED, 1)
    Atomics.notify(this.#numbers, RECORDED)
  }

  /** Blocks the thread until `recorded` is called, or the limit has passed. */
  awaitRecorded(limitMs: number): void {
    Atomics.wait(this.#numbers, RECORDED, 0, limitMs)
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
