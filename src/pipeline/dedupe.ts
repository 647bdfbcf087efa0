import type { Clock } from '../event/clock.ts'
import { messageOf } from '../event/errors.ts'
import type { CompletedOutcome } from '../event/outcome.ts'
import type { ClaimResult, IdempotencyStore } from '../idempotency/store.ts'
import { type Content, type Delivery, originOf } from './delivery.ts'
import { redriveIdOf } from './redriven.ts'

export type Admission =
  /** Nobody completed this event for this plugin before: go on. */
  | { type: 'first' }
  | { type: 'completed'; outcome: CompletedOutcome }
  | { type: 'wait'; until: Promise<void>; why: 'same-id' | 'claimed-elsewhere' | 'store-away' }

export interface DedupePorts {
  store: IdempotencyStore
  clock: Clock
  onConflict(): void
  onStoreError(message: string): void
  /** Seconds that a call to the store took. */
  onStoreCall(operation: 'claim' | 'complete' | 'release', seconds: number): void
}

class Holder {
  readonly delivery: Delivery
  #left: Promise<void> | undefined
  #leave: (() => void) | undefined

  constructor(delivery: Delivery) {
    this.delivery = delivery
  }

  /** Made when somebody waits for it, as almost nobody does. */
  get left(): Promise<void> {
    this.#left ??= new Promise((resolve) => {
      this.#leave = resolve
    })
    return this.#left
  }

  leave(): void {
    this.#leave?.()
  }
}

const STORE_RETRY_MS = 1_000
const CLAIMED_ELSEWHERE_RETRY_MS = 1_000

/** Lets an event id through once per plugin. */
export class Dedupe {
  /** Who is at a (plugin, event id) now. Two lanes may hold one id: the second waits. */
  #holders = new Map<string, Holder>()
  #ports: DedupePorts

  constructor(ports: DedupePorts) {
    this.#ports = ports
  }

  async admit(delivery: Delivery, content: Content): Promise<Admission> {
    // A claim that passed to another owner is asked for anew; what is known of the end stays true.
    if (delivery.claim?.lost?.aborted) delivery.claim = undefined
    if (delivery.claim !== undefined) return { type: 'first' }
    const holder = this.#hold(delivery, content)
    if (holder.delivery !== delivery) return { type: 'wait', until: holder.left, why: 'same-id' }
    try {
      return await this.#claim(delivery, content)
    } catch (error) {
      this.#ports.onStoreError(messageOf(error))
      const until = this.#ports.clock.sleep(STORE_RETRY_MS)
      return { type: 'wait', until, why: 'store-away' }
    }
  }

  /** Writes the mark of a completed delivery. Rejects while the store is down. */
  async complete(delivery: Delivery): Promise<void> {
    const { claim } = delivery
    if (claim !== undefined) await this.#timed('complete', () => claim.complete())
    this.#leave(delivery)
  }

  /** Gives a delivery up: it will be handled again, here or elsewhere. */
  async release(delivery: Delivery): Promise<void> {
    const { claim } = delivery
    this.#leave(delivery)
    if (claim === undefined) return
    try {
      await this.#timed('release', () => claim.release())
    } catch (error) {
      // A claim that cannot be given back runs out by itself, at the latest with the process.
      this.#ports.onStoreError(messageOf(error))
    }
  }

  /** Gives the claim of a delivery back until it has its next turn. */
  async withdraw(delivery: Delivery, until: Promise<void>): Promise<void> {
    const released = this.release(delivery)
    delivery.claim = undefined
    await released
    await until
  }

  async #claim(delivery: Delivery, content: Content): Promise<Admission> {
    const result = await this.#ask(delivery, claimIdOf(delivery, content), content.fingerprint)
    switch (result.type) {
      case 'claimed':
        delivery.claim = result.claim
        return { type: 'first' }
      case 'claimed-elsewhere': {
        const until = this.#ports.clock.sleep(CLAIMED_ELSEWHERE_RETRY_MS)
        return { type: 'wait', until, why: 'claimed-elsewhere' }
      }
      case 'completed':
        if (result.fingerprint === content.fingerprint) return duplicate
        return this.#conflict(delivery, content)
    }
  }

  /**
   * The same id with other content is a producer's fault that must be seen. Each such content is
   * claimed under an id of its own, so that reading it again does not dead-letter it again.
   */
  async #conflict(delivery: Delivery, content: Content): Promise<Admission> {
    const id = `${content.id}#${content.fingerprint}`
    const result = await this.#ask(delivery, id, content.fingerprint)
    if (result.type === 'completed') return duplicate
    if (result.type === 'claimed') delivery.claim = result.claim
    this.#ports.onConflict()
    const error = 'an event with this id and other content was completed before'
    return {
      type: 'completed',
      outcome: { type: 'dead-lettered', reason: 'conflict', error },
    }
  }

  #ask(delivery: Delivery, eventId: string, fingerprint: string): Promise<ClaimResult> {
    const { topic, partition } = originOf(delivery.wanted)
    const key = { plugin: delivery.plugin.slug, eventId, topic, partition }
    return this.#timed('claim', () => this.#ports.store.claim(key, fingerprint))
  }

  async #timed<T>(operation: 'claim' | 'complete' | 'release', call: () => Promise<T>): Promise<T> {
    const startMs = this.#ports.clock.elapsedMs()
    try {
      return await call()
    } finally {
      this.#ports.onStoreCall(operation, (this.#ports.clock.elapsedMs() - startMs) / 1000)
    }
  }

  #hold(delivery: Delivery, content: Content): Holder {
    const id = holderId(delivery, content)
    const present = this.#holders.get(id)
    if (present !== undefined) return present
    const holder = new Holder(delivery)
    this.#holders.set(id, holder)
    return holder
  }

  #leave(delivery: Delivery): void {
    const { content } = delivery.wanted
    if (content === undefined) return
    const id = holderId(delivery, content)
    const holder = this.#holders.get(id)
    if (holder?.delivery !== delivery) return
    this.#holders.delete(id)
    holder.leave()
  }
}

const duplicate: Admission = { type: 'completed', outcome: { type: 'duplicate' } }

function holderId(delivery: Delivery, content: Content): string {
  return `${delivery.plugin.slug}\u0000${claimIdOf(delivery, content)}`
}

/** What a delivery is claimed by: the event's id, unless it was redriven. */
function claimIdOf({ wanted: { redriven } }: Delivery, { id, fingerprint }: Content): string {
  return redriven === undefined ? id : redriveIdOf(id, fingerprint, redriven)
}
