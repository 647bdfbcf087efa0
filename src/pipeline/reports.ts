import type { SourceRecord } from '../event/record.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { FilterDecision } from './ask.ts'
import type { BreakerState } from './breaker.ts'
import type { Delivery } from './delivery.ts'
import type { SettleReports } from './settle.ts'

/** What the pipeline tells of its work, for metrics and logs. None of these may throw. */
export interface PipelineReports extends SettleReports {
  onConsumed(record: SourceRecord): void
  onHeaderMismatch(): void
  onFilterDecision(plugin: LoadedPlugin, decision: FilterDecision['type']): void
  onHandled(delivery: Delivery, seconds: number): void
  onConflict(): void
  onBreaker(slug: string, state: BreakerState): void
  /** It is called with care, because it ended the process that often before, or may have. */
  onSuspect(delivery: Delivery, crashes: number): void
  onCrashNoteFailed(delivery: Delivery, error: string): void
  onStoreError(message: string): void
  onStoreCall(operation: 'claim' | 'complete' | 'release', seconds: number): void
}
