import type { CrashGuard } from '../admit/crash-guard.ts'
import type { Delivery } from '../delivery.ts'
import type { PluginByteBudget } from '../intake/byte-budget.ts'
import type { PipelineReports } from '../reports.ts'
import type { DeliveryAudit } from './delivery-audit.ts'

/** Wraps the reports: updates the audit, byte budget and crash counts before passing them on. */
export function auditedReports(
  reports: PipelineReports,
  {
    audit,
    budget,
    crashGuard,
  }: { audit: DeliveryAudit; budget: PluginByteBudget; crashGuard: CrashGuard },
): PipelineReports {
  const leave = (delivery: Delivery) => {
    audit.ended(delivery)
    budget.give(delivery.plugin.slug, delivery.wanted.bytes)
  }
  return {
    ...reports,
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
