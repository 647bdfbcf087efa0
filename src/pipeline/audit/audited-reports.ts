import type { CrashGuard } from '../admit/crash-guard.ts'
import type { Delivery } from '../delivery.ts'
import type { PluginByteBudget } from '../intake/byte-budget.ts'
import type { SettleReports } from '../settle/settle.ts'
import type { DeliveryAudit } from './delivery-audit.ts'

/** Wraps the reports: updates the audit, byte budget and crash counts before passing them on. */
export function auditedReports(
  reports: SettleReports,
  {
    audit,
    budget,
    crashGuard,
  }: { audit: DeliveryAudit; budget: PluginByteBudget; crashGuard: CrashGuard },
): SettleReports {
  const leave = (delivery: Delivery) => {
    audit.ended(delivery)
    budget.give(delivery.plugin.slug, delivery.wanted.bytes)
  }
  return {
    onRetry: reports.onRetry,
    onHeld: reports.onHeld,
    onDelayed: reports.onDelayed,
    onInterrupted: reports.onInterrupted,
    onDeadLetter: reports.onDeadLetter,
    onPublished: reports.onPublished,
    onWriteFailed: reports.onWriteFailed,
    onSettled: (delivery, outcome) => {
      leave(delivery)
      crashGuard.settled(delivery)
      reports.onSettled(delivery, outcome)
    },
    onAbandoned: (delivery) => {
      leave(delivery)
      crashGuard.abandoned(delivery)
      reports.onAbandoned(delivery)
    },
  }
}
