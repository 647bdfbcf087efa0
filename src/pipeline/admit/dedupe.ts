import { redriveIdOf } from '../../dead-letter/redrive.ts'
import type { CompletedOutcome } from '../../event/outcome.ts'
import type { ClaimResult, IdempotencyStore } from '../../idempotency/store.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { Failure } from '../../util/failure/failure.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { andThen, type MaybePromise, tryCatch } from '../../util/maybe-promise.ts'
import { type Content, type Delivery, type Identity, originOf } from '../delivery.ts'

export type Admission =
  /** Not completed for this plugin before: continue. */
  | { type: 'first' }
  | { type: 'completed'; outcome: CompletedOutcome }
  | { type: 'wait'; until: Promise<void>; why: 'same-id' | 'claimed-elsewhere' | 'store-away' }

export interface DedupePorts {
  store: IdempotencyStore
  clock: Clock
  onConflict(): void
  onStoreError(message: string): void
  /** A call to the store ended after this many seconds. */
  onStoreCall(operation: StoreOperation, seconds: number): void
}

export type StoreOperation = 'claim' | 'complete' | 'release'

const STORE_RETRY_MS = 1_000
const CLAIMED_ELSEWHERE_RETRY_MS = 1_000

/** Lets each event id through once per plugin. */
export class Dedupe {
  /** The delivery that holds an event id, by plugin and id. A second lane with the same id waits. */
  #holders = new Map<string, Map<string, Delivery>>()
  /** Resolved when the holder leaves its id. Only for holders that another delivery waits for. */
  #left = new Map<Delivery, PromiseWithResolvers<void>>()
  #ports: DedupePorts

  constructor(ports: DedupePorts) {
    this.#ports = ports
  }

  admit(delivery: Delivery, content: Content): MaybePromise<Admission> {
    // A claim that passed to another owner is requested again; a verdict already reached stays valid.
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

  /** Writes the mark of a completed delivery; call `leave` after it. Fails while the store is down. */
  complete(
    { claim, stateChange, followUps }: Delivery,
    { type }: CompletedOutcome,
  ): MaybePromise<void> {
    if (claim === undefined || type === 'duplicate') return
    const completed = claim.complete(type, stateChange, followUps?.records)
    return this.#timed('complete', this.#ports.clock.elapsedMs(), completed)
  }

  /** Lets the next delivery with this id continue. */
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

  /** Releases the claim: the event will be handled again, here or in another process. Never fails. */
  release(delivery: Delivery): MaybePromise<void> {
    const { claim } = delivery
    this.leave(delivery)
    if (claim === undefined) return
    return tryCatch(
      () => this.#timed('release', this.#ports.clock.elapsedMs(), claim.release()),
      // A claim that cannot be released expires by itself, at the latest when the process ends.
      (error) => this.#ports.onStoreError(messageOf(error)),
    )
  }

  /** Releases the claim until the delivery's next turn. */
  async withdraw(delivery: Delivery, until: Promise<void>): Promise<void> {
    const released = this.release(delivery)
    delivery.claim = undefined
    await released
    await until
  }

  #claim(delivery: Delivery, content: Content): MaybePromise<Admission> {
    const claimed = this.#request(delivery, claimIdOf(delivery, content), content)
    return andThen(claimed, (result) => this.#admission(delivery, content, result))
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
      case 'completed-formerly':
        if (this.#isSame(result, content)) return duplicate
        return this.#conflict(delivery, content)
    }
  }

  /**
   * The same id with different content is a producer bug and must not go unnoticed. Each such content
   * is claimed under its own id, so that reading it again does not dead-letter it again.
   */
  async #conflict(delivery: Delivery, content: Content): Promise<Admission> {
    const id = `${content.id}#${content.fingerprint}`
    const result = await this.#request(delivery, id, content)
    if (isCompleted(result)) return duplicate
    if (result.type === 'claimed') delivery.claim = result.claim
    this.#ports.onConflict()
    const error = new Failure(CONFLICT)
    return {
      type: 'completed',
      outcome: { type: 'dead-lettered', reason: 'conflict', error },
    }
  }

  #request(delivery: Delivery, eventId: string, content: Content): MaybePromise<ClaimResult> {
    const { topic, partition } = originOf(delivery.wanted)
    const key = { plugin: delivery.plugin.slug, eventId, topic, partition }
    const { clock, store } = this.#ports
    return this.#timed('claim', clock.elapsedMs(), store.claim(key, this.#printOf(content)))
  }

  #isSame(result: Completed, content: Content): boolean {
    if (result.type === 'completed-formerly') return result.isSame(content.fingerprint)
    return result.fingerprint === this.#printOf(content)
  }

  /** What this store compares contents by. */
  #printOf(content: Content): string {
    return this.#ports.store.compares === 'hashes' ? content.hash : content.fingerprint
  }

  /** Reports how long the store takes for the call that has just been made. */
  #timed<T>(operation: StoreOperation, startMs: number, result: MaybePromise<T>): MaybePromise<T> {
    if (result instanceof Promise) return result.finally(() => this.#report(operation, startMs))
    this.#report(operation, startMs)
    return result
  }

  #report(operation: StoreOperation, startMs: number): void {
    const { clock, onStoreCall } = this.#ports
    onStoreCall(operation, (clock.elapsedMs() - startMs) / 1000)
  }

  /** Returns the holder of the id: this delivery, unless another one has it. */
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
    return getOrInsert(this.#left, holder, () => Promise.withResolvers<void>()).promise
  }
}

type Completed = Extract<ClaimResult, { type: 'completed' | 'completed-formerly' }>

function isCompleted({ type }: ClaimResult): boolean {
  return type === 'completed' || type === 'completed-formerly'
}

const CONFLICT = 'an event with this id but different content was completed before'

const first: Admission = { type: 'first' }
const duplicate: Admission = { type: 'completed', outcome: { type: 'duplicate' } }

/** The id that a delivery is claimed under: the event's id, unless it was redriven. */
function claimIdOf({ wanted: { redriven } }: Delivery, content: Identity): string {
  if (redriven === undefined) return content.id
  return redriveIdOf(content.id, content.fingerprint, redriven)
}
