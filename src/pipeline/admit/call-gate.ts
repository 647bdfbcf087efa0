import type { CompletedOutcome, Outcome } from '../../event/outcome.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { Clock } from '../../util/clock.ts'
import type { Delivery } from '../delivery.ts'
import { Breaker, type BreakerState } from './circuit-breaker.ts'
import type { PluginSwitches } from './plugin-switches.ts'
import { RateLimit } from './rate-limit.ts'

export interface HoldPorts {
  clock: Clock
  /** From 0 up to 1. */
  random: () => number
  /** How long Kafka keeps the records of a topic; undefined where that is for ever or not known. */
  retentionMsOf(topic: string): number | undefined
  switches: Pick<PluginSwitches, 'pauseOf'>
  onBreaker(slug: string, state: BreakerState): void
}

export type Next =
  | { type: 'call' }
  | { type: 'wait'; until: Promise<void>; why: 'paused' | 'rate-limit' | 'breaker' }
  | { type: 'expired'; outcome: CompletedOutcome }

type Failure = Extract<Outcome, { type: 'retrying' | 'held' | 'dead-lettered' }>

/** A held delivery goes to the dead letters when its record is this far through its retention. */
const RETENTION_USED = 0.9
/** How often a paused delivery looks whether its record is about to be removed. */
const PAUSE_CHECK_MS = 60_000

/**
 * What a delivery waits for before its handler is called: its plugin's pause, rate limit and
 * breaker. Waiting spends no attempt, and ends before the record is removed from Kafka.
 */
export class CallGate {
  #ports: HoldPorts
  #breakers: Map<string, Breaker>
  #limits: Map<string, RateLimit>
  /** Deliveries that waited for their place under a rate limit, and now have it. */
  #placed = new WeakSet<Delivery>()

  constructor(plugins: readonly LoadedPlugin[], ports: HoldPorts) {
    this.#ports = ports
    this.#breakers = new Map(
      plugins.map(({ slug }) => {
        const onChange = (state: BreakerState) => ports.onBreaker(slug, state)
        return [slug, new Breaker({ ...ports, onChange })]
      }),
    )
    const limited = plugins.filter(({ maxPerSecond }) => maxPerSecond !== undefined)
    this.#limits = new Map(
      limited.map(({ slug, maxPerSecond }) => [slug, new RateLimit(maxPerSecond!, ports.clock)]),
    )
  }

  /** Plugins whose breaker is open. */
  get openBreakers(): string[] {
    return [...this.#breakers].filter(([, breaker]) => breaker.isOpen).map(([slug]) => slug)
  }

  /**
   * What a delivery of a paused plugin waits for before anything is claimed for it: whoever waits
   * holds nothing that another process may need. Not where its end is known, or near.
   */
  pauseBefore(delivery: Delivery): Promise<void> | undefined {
    const pause = this.#ports.switches.pauseOf(delivery.plugin.slug)
    if (pause === undefined || delivery.verdict !== undefined) return undefined
    const next = this.#paused(delivery, pause)
    return next.type === 'wait' ? next.until : undefined
  }

  /** Whether the handler may be called now, and if not, what happens instead. */
  next(delivery: Delivery): Next {
    const { clock } = this.#ports
    const pause = this.#ports.switches.pauseOf(delivery.plugin.slug)
    if (pause !== undefined) return this.#paused(delivery, pause)
    const placeInMs = this.#placeInMs(delivery)
    if (placeInMs > 0) {
      const until = clock.sleep(placeInMs, delivery.wanted.epoch.lost)
      return { type: 'wait', until, why: 'rate-limit' }
    }
    const until = this.#breakers.get(delivery.plugin.slug)?.gate(delivery.lane)
    if (until === undefined) return { type: 'call' }
    return this.#isExpiring(delivery) ? expired : { type: 'wait', until, why: 'breaker' }
  }

  /** Judges what the handler's outcome says of its plugin: while that is down, no attempt counts. */
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
      case 'abandoned':
      case 'interrupted':
      case 'duplicate':
        breaker.withdrawn()
        return outcome
    }
  }

  #paused(delivery: Delivery, pause: AbortSignal): Next {
    if (this.#isExpiring(delivery)) return expired
    const ended = AbortSignal.any([pause, delivery.wanted.epoch.lost])
    const until = this.#ports.clock.sleep(PAUSE_CHECK_MS, ended)
    return { type: 'wait', until, why: 'paused' }
  }

  #placeInMs(delivery: Delivery): number {
    const limit = this.#limits.get(delivery.plugin.slug)
    if (limit === undefined || this.#placed.delete(delivery)) return 0
    const placeInMs = limit.reserve()
    if (placeInMs > 0) this.#placed.add(delivery)
    return placeInMs
  }

  #failed(breaker: Breaker, lane: string, delivery: Delivery, outcome: Failure): Outcome {
    const isPluginToBlame = breaker.failed(lane)
    const isHeld = isPluginToBlame || outcome.type === 'held'
    if (isHeld && this.#isExpiring(delivery)) return expired.outcome
    if (!isPluginToBlame) return outcome
    delivery.attempts = Math.max(0, delivery.attempts - 1)
    return { type: 'held', error: outcome.error, delayMs: 0 }
  }

  #isExpiring(delivery: Delivery): boolean {
    const { topic, timestampMs } = delivery.wanted.record
    const retentionMs = this.#ports.retentionMsOf(topic)
    if (retentionMs === undefined) return false
    return this.#ports.clock.now() - timestampMs >= retentionMs * RETENTION_USED
  }
}

const expired = {
  type: 'expired',
  outcome: {
    type: 'dead-lettered',
    reason: 'exhausted',
    error: 'held until its record was about to be removed by the retention of its topic',
  },
} as const
