import { emptyTally } from '../pipeline/intake/evaluate-filters.ts'
import type { PipelineReports } from '../pipeline/reports.ts'

export const noReports: PipelineReports = {
  onConsumed() {},
  onHeaderMismatch() {},
  filterTallyOf: emptyTally,
  unwantedTallyOf: () => ({ count: 0 }),
  skipTallyOf: () => ({ count: 0 }),
  onHandled() {},
  onUnreturned() {},
  onSettled() {},
  onAbandoned() {},
  onRetry() {},
  onHeld() {},
  onDelayed() {},
  onInterrupted() {},
  onDeadLetter() {},
  onPublished() {},
  onWriteFailed() {},
  onConflict() {},
  onBreaker() {},
  onSuspect() {},
  onCrashRecordFailed() {},
  onStoreError() {},
  onStoreCall() {},
}
