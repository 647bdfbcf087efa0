import type { SkipCause } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Failure } from '../util/failure/failure.ts'
import type { BreakerState } from './admit/circuit-breaker.ts'
import type { StoreOperation } from './admit/dedupe.ts'
import type { Delivery } from './delivery.ts'
import type { FilterTally } from './intake/evaluate-filters.ts'
import type { SettleReports } from './settle/settle.ts'

/** Callbacks for metrics and logs. They must not throw. */
export interface PipelineReports extends SettleReports {
  onConsumed(record: SourceRecord): void
  onHeaderMismatch(): void
  /** Returns the counters for a plugin's filter decisions. Called whenever routes are rebuilt. */
  filterTallyOf(plugin: LoadedPlugin): FilterTally
  /** Returns one counter for events that none of these plugins wants. It counts for each of them. */
  unwantedTallyOf(plugins: readonly LoadedPlugin[]): { count: number }
  /** Events that a plugin is not offered are counted here, for the same reason. */
  skipTallyOf(plugin: LoadedPlugin, cause: SkipCause): { count: number }
  /** A call has ended. `events` is given for a batch, of which the delivery is the first. */
  onHandled(delivery: Delivery, seconds: number, events?: number): void
  /** Some call made something after an `await` that it should have returned. */
  onUnreturned(failure: Failure): void
  onConflict(): void
  onBreaker(slug: string, state: BreakerState): void
  /** The delivery is called alone, because it has ended the process before (0: it may have). */
  onSuspect(delivery: Delivery, crashes: number): void
  onCrashRecordFailed(delivery: Delivery, error: Failure): void
  onStoreError(message: string): void
  onStoreCall(operation: StoreOperation, seconds: number): void
}
