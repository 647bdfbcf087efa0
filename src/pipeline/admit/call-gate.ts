import type { CompletedOutcome, Outcome } from '../../event/outcome.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { Clock } from '../../util/clock.ts'
import { Failure } from '../../util/failure/failure.ts'
import type { Delivery } from '../delivery.ts'
import { Breaker, type BreakerState } from './circuit-breaker.ts'
import { Delays } from './delays.ts'
import type { PluginSwitches } from './plugin-switches.ts'
import { RateLimit } from './rate-limit.ts'

/** Plugins that said that they cannot work for now. */
export interface HealthPauses {
  /** For a plugin that is paused, a signal that aborts when the pause ends. */
  pauseOf(slug: string): AbortSignal | undefined
}

export interface CallGatePorts {
  clock: Clock
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  random: () => number
  /** Why Kafka has removed the record or is about to; undefined while it keeps it. */
  removalOf(record: SourceRecord): string | undefined
  switches: Pick<PluginSwitches, 'pauseOf'>
  health?: HealthPauses
  /** How many lanes have to fail before a plugin's breaker opens. */
  lanesToOpenBreaker?: number
  onBreaker(slug: string, state: BreakerState): void
}

export type GateDecision = { type: 'call' } | Wait | Expired

interface Wait {
  type: 'wait'
  until: Promise<void>
  why: 'paused' | 'delayed' | 'rate-limit' | 'breaker'
}

interface Expired {
  type: 'expired'
  outcome: CompletedOutcome
}

type Failed = Extract<Outcome, { type: 'retrying' | 'held' | 'dead-lettered' }>

/** How often a paused delivery checks whether its record is about to be removed. */
const PAUSE_CHECK_MS = 60_000

/**
 * Decides whether a handler may be called now: checks the plugin's pause, the delay that the handler
 * asked for, the rate limit and the circuit breaker. Waiting uses no attempt and ends before Kafka removes the record.
 */
export class CallGate {
  #ports: CallGatePorts
  #breakers: Map<string, Breaker>
  #limits: Map<string, RateLimit>
  #delays = new Delays()
  /** Deliveries that have reserved their slot under a rate limit and waited for it. */
  #reserved = new WeakSet<Delivery>()

  constructor(plugins: readonly LoadedPlugin[], ports: CallGatePorts) {
    this.#ports = ports
    this.#breakers = new Map(
      plugins.map(({ slug, batch, concurrency }) => {
        const onChange = (state: BreakerState) => ports.onBreaker(slug, state)
        const { clock, random, lanesToOpenBreaker: lanesToOpen } = ports
        const callsMax = batch === undefined ? Infinity : concurrency
        return [slug, new Breaker({ clock, random, lanesToOpen, callsMax, onChange })]
      }),
    )
    const limited = plugins.filter(({ maxPerSecond }) => maxPerSecond !== undefined)
    this.#limits = new Map(
      limited.map(({ slug, maxPerSecond }) => [slug, new RateLimit(maxPerSecond!, ports.clock)]),
    )
  }

  /** Plugins whose breaker is open, because they fail or because they said so themselves. */
  get openBreakers(): string[] {
    const isOpen = ([slug, breaker]: [string, Breaker]) =>
      breaker.isOpen || this.#ports.health?.pauseOf(slug) !== undefined
    return [...this.#breakers].filter(isOpen).map(([slug]) => slug)
  }

  isOpen(slug: string): boolean {
    return this.#breakers.get(slug)?.isOpen === true
  }

  isPaused(slug: string): boolean {
    return this.#pauseOf(slug) !== undefined
  }

  #pauseOf(slug: string): AbortSignal | undefined {
    const { switches, health } = this.#ports
    return switches.pauseOf(slug) ?? health?.pauseOf(slug)
  }

  /**
   * For a paused plugin, or a delay, what to wait for before claiming the event: a delivery that waits
   * for long must not hold a claim that another process may need. Undefined if the outcome is already
   * known, or the record is about to expire.
   */
  waitBefore(delivery: Delivery): Wait | undefined {
    if (delivery.verdict !== undefined) return undefined
    const next = this.#pausedOrDelayed(delivery)
    return next?.type === 'wait' ? next : undefined
  }

  /** Whether the handler may be called now; if not, what to do instead. */
  next(delivery: Delivery): GateDecision {
    const { clock } = this.#ports
    const waits = this.#pausedOrDelayed(delivery)
    if (waits !== undefined) return waits
    const delayMs = this.#rateLimitDelayMs(delivery)
    if (delayMs > 0) {
      const until = clock.sleep(delayMs, delivery.wanted.epoch.lost)
      return { type: 'wait', until, why: 'rate-limit' }
    }
    const until = this.#breakers.get(delivery.plugin.slug)?.gate(delivery.lane)
    if (until === undefined) return { type: 'call' }
    return this.#expiry(delivery) ?? { type: 'wait', until, why: 'breaker' }
  }

  /** Reports the outcome to the circuit breaker; failures while it is open use no attempt. */
  afterCall(delivery: Delivery, outcome: Outcome): Outcome {
    const breaker = this.#breakers.get(delivery.plugin.slug)
    if (breaker === undefined) return outcome
    const { lane } = delivery
    switch (outcome.type) {
      case 'processed':
      case 'skipped':
      case 'rejected':
        breaker.succeeded(lane)
        return outcome
      case 'retrying':
      case 'held':
      case 'dead-lettered':
        return this.#failed(breaker, lane, delivery, outcome)
      case 'delayed':
        // Neither a success nor a failure: it says nothing of the plugin's other events.
        breaker.withdrawn()
        this.#delays.set(delivery, outcome.delayMs)
        if (!outcome.countsAsAttempt || breaker.isOpen) delivery.attempts -= 1
        return outcome
      case 'deferred':
        breaker.withdrawn()
        if (this.#limits.has(delivery.plugin.slug)) this.#reserved.add(delivery)
        return outcome
      case 'abandoned':
      case 'interrupted':
      case 'duplicate':
        breaker.withdrawn()
        return outcome
    }
  }

  #pausedOrDelayed(delivery: Delivery): Wait | Expired | undefined {
    const pause = this.#pauseOf(delivery.plugin.slug)
    if (pause !== undefined) return this.#paused(delivery, pause)
    if (!this.#delays.has(delivery)) return undefined
    const expired = this.#expiry(delivery)
    if (expired !== undefined) return expired
    const partMs = this.#delays.take(delivery)
    const until = this.#ports.clock.sleep(partMs, delivery.wanted.epoch.lost)
    return { type: 'wait', until, why: 'delayed' }
  }

  #paused(delivery: Delivery, pause: AbortSignal): Wait | Expired {
    const expired = this.#expiry(delivery)
    if (expired !== undefined) return expired
    const ended = AbortSignal.any([pause, delivery.wanted.epoch.lost])
    const until = this.#ports.clock.sleep(PAUSE_CHECK_MS, ended)
    return { type: 'wait', until, why: 'paused' }
  }

  #rateLimitDelayMs(delivery: Delivery): number {
    const limit = this.#limits.get(delivery.plugin.slug)
    if (limit === undefined || this.#reserved.delete(delivery)) return 0
    const delayMs = limit.reserve()
    if (delayMs > 0) this.#reserved.add(delivery)
    return delayMs
  }

  #failed(breaker: Breaker, lane: string, delivery: Delivery, outcome: Failed): Outcome {
    const isPaused = this.#ports.health?.pauseOf(delivery.plugin.slug) !== undefined
    const isPluginToBlame = breaker.failed(lane) || isPaused
    const isHeld = isPluginToBlame || outcome.type === 'held'
    const expired = isHeld ? this.#expiry(delivery) : undefined
    if (expired !== undefined) return expired.outcome
    if (!isPluginToBlame) return outcome
    delivery.attempts = Math.max(0, delivery.attempts - 1)
    return { type: 'held', error: outcome.error, delayMs: 0 }
  }

  /** Set if the record must be rescued to the dead letters, because Kafka does not keep it. */
  #expiry(delivery: Delivery): Expired | undefined {
    const why = this.#ports.removalOf(delivery.wanted.record)
    if (why === undefined) return undefined
    const error = new Failure(`held until ${why}`)
    return { type: 'expired', outcome: { type: 'dead-lettered', reason: 'retention', error } }
  }
}
