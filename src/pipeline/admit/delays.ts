import type { Delivery } from '../delivery.ts'

/** How long one part of a wait lasts: between two, the delivery may be skipped, paused or rescued. */
const PART_MS = 60_000

/** What is left of the delays that handlers asked for by `retryAfter`. */
export class Delays {
  #leftMs = new WeakMap<Delivery, number>()

  set(delivery: Delivery, delayMs: number): void {
    if (delayMs > 0) this.#leftMs.set(delivery, delayMs)
  }

  has(delivery: Delivery): boolean {
    return this.#leftMs.has(delivery)
  }

  /** The next part of the wait, in milliseconds; the caller waits that long. */
  take(delivery: Delivery): number {
    const leftMs = this.#leftMs.get(delivery) ?? 0
    const partMs = Math.min(leftMs, PART_MS)
    if (leftMs > partMs) this.#leftMs.set(delivery, leftMs - partMs)
    else this.#leftMs.delete(delivery)
    return partMs
  }
}
