import { assertNever, type CompletedOutcome, type SkipCause } from '../event/outcome.ts'
import { placeOf } from '../event/record.ts'
import { ageMs } from '../event/time/timestamp.ts'
import type { StoreOperation } from '../pipeline/admit/dedupe.ts'
import { type Delivery, eventOf, type KnownEvent } from '../pipeline/delivery.ts'
import type { PipelineReports } from '../pipeline/reports.ts'
import type { Written } from '../pipeline/settle/settle.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Clock } from '../util/clock.ts'
import { Failure } from '../util/failure/failure.ts'
import { getOrInsert } from '../util/get-or-insert.ts'
import type { Logger } from '../util/logger.ts'
import type { Metrics } from './metrics.ts'
import type { SampledLog } from './sampled-log.ts'

export interface ReportsOptions {
  metrics: Metrics
  log: Logger
  sampled: SampledLog
  clock: Pick<Clock, 'now'>
  store: string
}

type DeliveryEnd = CompletedOutcome['type'] | 'abandoned'

/** Turns the pipeline's reports into metrics, and failures into sampled log lines. */
export function createReports({
  metrics,
  log,
  sampled,
  clock,
  store,
}: ReportsOptions): PipelineReports {
  function ended({ plugin, wanted }: Delivery, outcome: DeliveryEnd): void {
    const { ends, endToEnd } = delivered.of(plugin)
    ends.of(outcome).count += 1
    endToEnd.observe(ageMs(wanted.record.timestampMs, clock.now()) / 1000)
  }

  function failed(delivery: Delivery, error: Failure, fields: object, message: string): void {
    const { plugin, ...known } = logFieldsOf(delivery)
    const { attempts } = delivery
    sampled.warn(plugin, error, { ...known, attempts, ...fields }, message)
  }

  function countWriteFailure(what: Written, plugin: string): void {
    switch (what) {
      case 'mark':
        metrics.idempotencyFailures.inc({ store })
        break
      case 'dead letter':
        metrics.deadLetterFailures.inc({ plugin })
        break
      case 'follow-up events':
        metrics.followUpFailures.inc({ plugin })
        break
      default:
        assertNever(what)
    }
  }

  function logSkip(delivery: Delivery, why: string): void {
    if (!log.isLevelEnabled('debug')) return
    log.debug({ ...logFieldsOf(delivery), why: new Failure(why).message }, 'skipped')
  }

  const consumed = new Cached((topic: string) => metrics.recordsConsumed.tallyOf({ topic }))
  const decided = new Cached(({ slug: plugin }: LoadedPlugin) => {
    const tallyOf = (decision: string) => metrics.filterDecisions.tallyOf({ plugin, decision })
    return { wanted: tallyOf('wanted'), unwanted: tallyOf('unwanted'), error: tallyOf('error') }
  })

  // Another set of plugins comes of switches only, so there are few.
  const unwantedByAll = new Cached((slugs: string) =>
    metrics.filterDecisions.tallyOfEach(
      slugs.split(' ').map((plugin) => ({ plugin, decision: 'unwanted' })),
    ),
  )

  const skipped = new Cached(({ slug: plugin }: LoadedPlugin) => {
    return new Cached((why: SkipCause) => metrics.eventsSkipped.tallyOf({ plugin, why }))
  })
  const delivered = new Cached(({ slug: plugin }: LoadedPlugin) => ({
    ends: new Cached((outcome: DeliveryEnd) => metrics.deliveries.tallyOf({ plugin, outcome })),
    endToEnd: metrics.endToEnd.of({ plugin }),
    handled: metrics.handlerDuration.of({ plugin }),
  }))
  const batched = new Cached(({ slug: plugin }: LoadedPlugin) => metrics.batchEvents.of({ plugin }))
  const storeCalls = new Cached((operation: StoreOperation) =>
    metrics.idempotencyOperation.of({ store, operation }),
  )

  return {
    onConsumed({ topic }) {
      consumed.of(topic).count += 1
    },
    onHeaderMismatch: () => metrics.headerMismatches.inc(),
    filterTallyOf: (plugin) => decided.of(plugin),
    unwantedTallyOf: (plugins) => unwantedByAll.of(plugins.map(({ slug }) => slug).join(' ')),
    skipTallyOf: (plugin, cause) => skipped.of(plugin).of(cause),
    onUnreturned: (error) => sampled.warn('*', error, {}, 'a handler lacks a return'),
    onHandled({ plugin }, seconds, events) {
      delivered.of(plugin).handled.observe(seconds)
      if (events !== undefined) batched.of(plugin).observe(events)
    },
    onSettled(delivery, outcome) {
      ended(delivery, outcome.type)
      if (outcome.type === 'skipped') logSkip(delivery, outcome.why)
    },
    onAbandoned({ plugin }) {
      delivered.of(plugin).ends.of('abandoned').count += 1
    },
    onRetry(delivery, error, delayMs) {
      metrics.deliveryRetries.inc({ plugin: delivery.plugin.slug })
      failed(delivery, error, { delayMs }, 'handler failed; retrying')
    },
    onHeld(delivery, error) {
      metrics.deliveryRetries.inc({ plugin: delivery.plugin.slug })
      failed(delivery, error, {}, 'handler failed; the delivery is held')
    },
    onDelayed(delivery, { why, delayMs, countsAsAttempt }) {
      metrics.deliveryDelays.inc({ plugin: delivery.plugin.slug })
      const fields = { delayMs, countsAsAttempt }
      failed(delivery, new Failure(why), fields, 'handler asked for a later call')
    },
    onInterrupted: (delivery, error) =>
      failed(delivery, error, {}, 'handler interrupted; it will be called again'),
    onDeadLetter(delivery, reason, error) {
      metrics.deadLetters.inc({ plugin: delivery.plugin.slug, reason })
      failed(delivery, error, { reason }, 'dead-lettered')
    },
    onPublished: ({ plugin }, events) => metrics.followUps.inc({ plugin: plugin.slug }, events),
    onWriteFailed(delivery, what, error) {
      countWriteFailure(what, delivery.plugin.slug)
      failed(delivery, error, {}, `could not write the ${what}; retrying`)
    },
    onBreaker(plugin, state) {
      if (state === 'open')
        log.warn({ plugin }, 'circuit breaker opened: the plugin fails for many entities')
      else log.info({ plugin }, 'circuit breaker closed')
    },
    onSuspect: (delivery, crashes) =>
      failed(delivery, new Failure(suspicion(crashes)), { crashes }, SUSPECT),
    onCrashRecordFailed: (delivery, error) =>
      failed(delivery, error, {}, 'could not update the crash record'),
    onConflict: () => metrics.idempotencyConflicts.inc(),
    onStoreError(error) {
      metrics.idempotencyFailures.inc({ store })
      sampled.warn('*', error, { store }, 'the idempotency store is unavailable')
    },
    onStoreCall: (operation, seconds) => storeCalls.of(operation).observe(seconds),
  }
}

/** What every log line about a delivery carries. */
export function logFieldsOf(delivery: Delivery): KnownEvent & { plugin: string; record: string } {
  const { plugin, wanted } = delivery
  return { plugin: plugin.slug, ...eventOf(delivery), record: placeOf(wanted.record) }
}

/** What every log line of a handler carries; `events` is given for a batch. */
export function callFieldsOf(delivery: Delivery, events?: number): object {
  return events === undefined ? logFieldsOf(delivery) : { plugin: delivery.plugin.slug, events }
}

/** Caches one value per key. */
class Cached<Key, Value> {
  readonly #values = new Map<Key, Value>()
  readonly #make: (key: Key) => Value

  constructor(make: (key: Key) => Value) {
    this.#make = make
  }

  of(key: Key): Value {
    return getOrInsert(this.#values, key, this.#make)
  }
}

const SUSPECT = 'this event may have crashed the process before; calling its handler alone'

function suspicion(crashes: number): string {
  if (crashes === 0) return 'it was being handled when the process ended'
  return `the process ended during its handler ${crashes === 1 ? 'once' : `${crashes} times`}`
}
