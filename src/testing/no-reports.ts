import { emptyTally } from '../pipeline/intake/evaluate-filters.ts'
import type { PipelineReports } from '../pipeline/reports.ts'

export const noReports: PipelineReports = {
  onConsumed() {},
  onHeaderMismatch() {},
  filterTallyOf: emptyTally,
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
