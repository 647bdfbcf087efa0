import type { SourceRecord } from '../event/record.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { BreakerState } from './admit/circuit-breaker.ts'
import type { StoreOperation } from './admit/dedupe.ts'
import type { Delivery } from './delivery.ts'
import type { FilterTally } from './intake/evaluate-filters.ts'
import type { SettleReports } from './settle/settle.ts'

/** What the pipeline tells of its work, for metrics and logs. None of these may throw. */
export interface PipelineReports extends SettleReports {
  onConsumed(record: SourceRecord): void
  onHeaderMismatch(): void
  /** What a plugin's filter decides is counted here; it is asked for when its route is built. */
  filterTallyOf(plugin: LoadedPlugin): FilterTally
  onHandled(delivery: Delivery, seconds: number): void
  onConflict(): void
  onBreaker(slug: string, state: BreakerState): void
  /** It is called with care, because it ended the process that often before, or may have. */
  onSuspect(delivery: Delivery, crashes: number): void
  onCrashNoteFailed(delivery: Delivery, error: string): void
  onStoreError(message: string): void
  onStoreCall(operation: StoreOperation, seconds: number): void
}
