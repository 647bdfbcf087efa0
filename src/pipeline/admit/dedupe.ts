import { redriveIdOf } from '../../dead-letter/redrive.ts'
import type { CompletedOutcome } from '../../event/outcome.ts'
import type { ClaimResult, IdempotencyStore } from '../../idempotency/store.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { andThen, type MaybePromise, tryCatch } from '../../util/maybe-promise.ts'
import { type Content, type Delivery, originOf } from '../delivery.ts'

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
  onStoreCall(operation: StoreOperation, seconds: number): void
}

export type StoreOperation = 'claim' | 'complete' | 'release'

/** Where others wait until a delivery leaves its id. */
interface Left {
  promise: Promise<void>
  resolve: () => void
}

const STORE_RETRY_MS = 1_000
const CLAIMED_ELSEWHERE_RETRY_MS = 1_000

/** Lets an event id through once per plugin. */
export class Dedupe {
  /** Who is at an event's id now, by plugin. Two lanes may hold one id: the second waits. */
  #holders = new Map<string, Map<string, Delivery>>()
  /** For those holders that somebody waits for. */
  #left = new Map<Delivery, Left>()
  #ports: DedupePorts

  constructor(ports: DedupePorts) {
    this.#ports = ports
  }

  admit(delivery: Delivery, content: Content): MaybePromise<Admission> {
    // A claim that passed to another owner is asked for anew; what is known of the end stays true.
    if (delivery.claim?.lost?.aborted) delivery.claim = undefined
    if (delivery.claim !== undefined) return first
    const holder = this.#hold(delivery, content)
    if (holder !== delivery) return { type: 'wait', until: this.#leftBy(holder), why: 'same-id' }
    return tryCatch(
      () => this.#claim(delivery, content),
      (error) => {
        this.#ports.onStoreError(messageOf(error))
        const until = this.#ports.clock.sleep(STORE_RETRY_MS)
        return { type: 'wait', until, why: 'store-away' }
      },
    )
  }

  /** Writes the mark of a completed delivery, which leaves after that. Fails while the store is down. */
  complete({ claim }: Delivery): MaybePromise<void> {
    if (claim !== undefined)
      return this.#timed('complete', this.#ports.clock.elapsedMs(), claim.complete())
  }

  /** Lets the next delivery with this id go on. */
  leave(delivery: Delivery): void {
    const { content } = delivery.wanted
    if (content === undefined) return
    const holders = this.#holdersOf(delivery)
    const id = claimIdOf(delivery, content)
    if (holders.get(id) !== delivery) return
    holders.delete(id)
    this.#left.get(delivery)?.resolve()
    this.#left.delete(delivery)
  }

  /** Gives a delivery up: it will be handled again, here or elsewhere. Never fails. */
  release(delivery: Delivery): MaybePromise<void> {
    const { claim } = delivery
    this.leave(delivery)
    if (claim === undefined) return
    return tryCatch(
      () => this.#timed('release', this.#ports.clock.elapsedMs(), claim.release()),
      // A claim that cannot be given back runs out by itself, at the latest with the process.
      (error) => this.#ports.onStoreError(messageOf(error)),
    )
  }

  /** Gives the claim of a delivery back until it has its next turn. */
  async withdraw(delivery: Delivery, until: Promise<void>): Promise<void> {
    const released = this.release(delivery)
    delivery.claim = undefined
    await released
    await until
  }

  #claim(delivery: Delivery, content: Content): MaybePromise<Admission> {
    const asked = this.#ask(delivery, claimIdOf(delivery, content), content.fingerprint)
    return andThen(asked, (result) => this.#admission(delivery, content, result))
  }

  #admission(delivery: Delivery, content: Content, result: ClaimResult): MaybePromise<Admission> {
    switch (result.type) {
      case 'claimed':
        delivery.claim = result.claim
        return first
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

  #ask(delivery: Delivery, eventId: string, fingerprint: string): MaybePromise<ClaimResult> {
    const { topic, partition } = originOf(delivery.wanted)
    const key = { plugin: delivery.plugin.slug, eventId, topic, partition }
    const { clock, store } = this.#ports
    return this.#timed('claim', clock.elapsedMs(), store.claim(key, fingerprint))
  }

  /** Tells how long the store takes for what it was asked just now. */
  #timed<T>(operation: StoreOperation, startMs: number, answer: MaybePromise<T>): MaybePromise<T> {
    const { clock, onStoreCall } = this.#ports
    const tell = () => onStoreCall(operation, (clock.elapsedMs() - startMs) / 1000)
    if (answer instanceof Promise) return answer.finally(tell)
    tell()
    return answer
  }

  /** Who holds the id: the delivery itself, unless another one is at it. */
  #hold(delivery: Delivery, content: Content): Delivery {
    const holders = this.#holdersOf(delivery)
    const id = claimIdOf(delivery, content)
    const present = holders.get(id)
    if (present !== undefined) return present
    holders.set(id, delivery)
    return delivery
  }

  #holdersOf({ plugin: { slug } }: Delivery): Map<string, Delivery> {
    return getOrInsert(this.#holders, slug, () => new Map<string, Delivery>())
  }

  #leftBy(holder: Delivery): Promise<void> {
    const known = this.#left.get(holder)
    if (known !== undefined) return known.promise
    let resolve = () => {}
    const promise = new Promise<void>((left) => {
      resolve = left
    })
    this.#left.set(holder, { promise, resolve })
    return promise
  }
}

const first: Admission = { type: 'first' }
const duplicate: Admission = { type: 'completed', outcome: { type: 'duplicate' } }

/** What a delivery is claimed by: the event's id, unless it was redriven. */
function claimIdOf({ wanted: { redriven } }: Delivery, { id, fingerprint }: Content): string {
  return redriven === undefined ? id : redriveIdOf(id, fingerprint, redriven)
}
