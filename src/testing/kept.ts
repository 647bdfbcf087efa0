import type { JsonValue } from '../event/json.ts'
import type { MarkedOutcome } from '../event/outcome.ts'
import { createMemoryStore } from '../idempotency/memory.ts'
import type { StateChange } from '../idempotency/staged.ts'
import type { Claim, DeliveryKey, IdempotencyStore } from '../idempotency/store.ts'
import type { Clock } from '../util/clock.ts'
import { andThen, type MaybePromise } from '../util/maybe-promise.ts'
import type { CrashStep } from './crash.ts'

interface Completion {
  key: DeliveryKey
  fingerprint: string
  outcome: MarkedOutcome
  change: StateChange | undefined
}

interface StoreOptions {
  clock: Clock
  ttlMs: number
  /** Whether the process ends at this step of the current delivery: then nothing follows. */
  crashesAt(step: CrashStep): boolean
}

/** What is kept when a process of a run ends: marks, and the plugin's states by record key. */
export class Kept {
  readonly #given: ReadonlyMap<string, string>
  #completions: Completion[] = []

  /** `given` are the states at first, as they are stored. */
  constructor(given: ReadonlyMap<string, string> = new Map()) {
    this.#given = given
  }

  /** How many deliveries have been completed. */
  get length(): number {
    return this.#completions.length
  }

  /** Drops what came after that many deliveries, as a crash does before it is committed. */
  revertTo(length: number): void {
    this.#completions.length = length
  }

  states(): Record<string, JsonValue> {
    const stored = [...this.#texts()].map(([key, text]) => [key, JSON.parse(text).value])
    return Object.fromEntries(stored)
  }

  /** The events that ended as dead letters, by id: whether their handler rejected them. */
  deadLetters(): Record<string, MarkedOutcome> {
    const failed = this.#completions.filter(
      ({ outcome }) => outcome === 'rejected' || outcome === 'dead-lettered',
    )
    return Object.fromEntries(failed.map(({ key, outcome }) => [key.eventId, outcome]))
  }

  /** The store of a new process, which begins with what was kept. */
  store({ crashesAt, ...options }: StoreOptions): IdempotencyStore {
    const store = createMemoryStore({ ...options, maxMarks: Number.MAX_SAFE_INTEGER })
    for (const { key, fingerprint, outcome } of this.#completions) {
      void andThen(store.claim(key, fingerprint), (result) => {
        if (result.type === 'claimed') return result.claim.complete(outcome)
      })
    }
    const states = this.#texts()
    const keep = (completion: Completion) => {
      this.#completions.push(completion)
      if (completion.change !== undefined) apply(states, completion.change)
    }
    return {
      ...store,
      stateOf(_place, _plugin, key) {
        const text = states.get(key.toString())
        return text === undefined ? undefined : { text }
      },
      claim: (key, fingerprint) =>
        andThen(store.claim(key, fingerprint), (result) => {
          if (result.type !== 'claimed') return result
          if (crashesAt('before-call')) return ended()
          const complete: Claim['complete'] = (outcome, change) => {
            if (crashesAt('before-mark')) return ended()
            keep({ key, fingerprint, outcome, change })
            const marked = result.claim.complete(outcome)
            return crashesAt('after-mark') ? ended() : marked
          }
          return { type: 'claimed', claim: { ...result.claim, complete } }
        }),
    }
  }

  #texts(): Map<string, string> {
    const states = new Map(this.#given)
    for (const { change } of this.#completions) if (change !== undefined) apply(states, change)
    return states
  }
}

/** The keys of a run are entities' ids, so they are text. */
function apply(states: Map<string, string>, { key, text }: StateChange): void {
  if (text === null) states.delete(key.toString())
  else states.set(key.toString(), text)
}

/** In a process that has ended nothing continues. */
function ended(): MaybePromise<never> {
  return new Promise<never>(() => {})
}
