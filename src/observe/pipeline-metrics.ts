import type { CompletedOutcome } from '../event/outcome.ts'
import { placeOf } from '../event/record.ts'
import type { StoreOperation } from '../pipeline/admit/dedupe.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import type { PipelineReports } from '../pipeline/reports.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Clock } from '../util/clock.ts'
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

/** Turns what the pipeline tells into metrics, and failures into sampled log lines. */
export function createReports({
  metrics,
  log,
  sampled,
  clock,
  store,
}: ReportsOptions): PipelineReports {
  function ended({ plugin, wanted }: Delivery, outcome: DeliveryEnd): void {
    const { ends, endToEnd } = delivered.of(plugin)
    const ageMs = clock.now() - wanted.record.timestampMs
    ends.of(outcome).count += 1
    endToEnd.observe(Math.max(0, ageMs) / 1000)
  }

  function failed(delivery: Delivery, error: string, fields: object, message: string): void {
    const record = placeOf(delivery.wanted.record)
    const { attempts } = delivery
    sampled.warn(delivery.plugin.slug, error, { record, attempts, ...fields }, message)
  }

  const consumed = new Known((topic: string) => metrics.recordsConsumed.tallyOf({ topic }))
  const decided = new Known(({ slug: plugin }: LoadedPlugin) => {
    const tallyOf = (decision: string) => metrics.filterDecisions.tallyOf({ plugin, decision })
    return { wanted: tallyOf('wanted'), unwanted: tallyOf('unwanted'), error: tallyOf('error') }
  })

  const delivered = new Known(({ slug: plugin }: LoadedPlugin) => ({
    ends: new Known((outcome: DeliveryEnd) => metrics.deliveries.tallyOf({ plugin, outcome })),
    endToEnd: metrics.endToEnd.of({ plugin }),
    handled: metrics.handlerDuration.of({ plugin }),
  }))
  const storeCalls = new Known((operation: StoreOperation) =>
    metrics.idempotencyOperation.of({ store, operation }),
  )

  return {
    onConsumed({ topic }) {
      consumed.of(topic).count += 1
    },
    onHeaderMismatch: () => metrics.headerMismatches.inc(),
    filterTallyOf: (plugin) => decided.of(plugin),
    onHandled: ({ plugin }, seconds) => delivered.of(plugin).handled.observe(seconds),
    onSettled: (delivery, outcome) => ended(delivery, outcome.type),
    onAbandoned({ plugin }) {
      delivered.of(plugin).ends.of('abandoned').count += 1
    },
    onRetry(delivery, error, delayMs) {
      metrics.deliveryRetries.inc({ plugin: delivery.plugin.slug })
      failed(delivery, error, { delayMs }, 'handler failed; it is called again')
    },
    onHeld(delivery, error) {
      metrics.deliveryRetries.inc({ plugin: delivery.plugin.slug })
      failed(delivery, error, {}, 'handler failed; the delivery is held')
    },
    onInterrupted: (delivery, error) =>
      failed(delivery, error, {}, 'handling was interrupted; the handler is called again'),
    onDeadLetter(delivery, reason, error) {
      metrics.deadLetters.inc({ plugin: delivery.plugin.slug, reason })
      failed(delivery, error, { reason }, 'dead-lettered')
    },
    onWriteFailed(delivery, what, error) {
      if (what === 'mark') metrics.idempotencyFailures.inc({ store })
      else metrics.deadLetterFailures.inc({ plugin: delivery.plugin.slug })
      failed(delivery, error, {}, `the ${what} could not be written; it is tried again`)
    },
    onBreaker(plugin, state) {
      if (state === 'open')
        log.warn({ plugin }, 'the plugin fails on one entity after the other: held')
      else log.info({ plugin }, 'the plugin works again')
    },
    onSuspect: (delivery, crashes) =>
      failed(delivery, saying(crashes), { crashes }, 'a suspect: called alone, and noted before'),
    onCrashNoteFailed: (delivery, error) =>
      failed(delivery, error, {}, 'the count of crashes could not be changed'),
    onConflict: () => metrics.idempotencyConflicts.inc(),
    onStoreError(error) {
      metrics.idempotencyFailures.inc({ store })
      sampled.warn('*', error, { store }, 'the idempotency store is down')
    },
    onStoreCall: (operation, seconds) => storeCalls.of(operation).observe(seconds),
  }
}

/** What was made for each key before. */
class Known<Key, Value> {
  readonly #values = new Map<Key, Value>()
  readonly #make: (key: Key) => Value

  constructor(make: (key: Key) => Value) {
    this.#make = make
  }

  of(key: Key): Value {
    return getOrInsert(this.#values, key, this.#make)
  }
}

function saying(crashes: number): string {
  if (crashes === 0) return 'it was being handled when the process was ended'
  return `its handler ended the process ${crashes === 1 ? 'once' : `${crashes} times`}`
}
