import type { CrashGuard } from '../admit/crash-guard.ts'
import type { Delivery } from '../delivery.ts'
import type { PluginByteBudget } from '../intake/byte-budget.ts'
import type { PipelineReports } from '../reports.ts'
import type { DeliveryAudit } from './delivery-audit.ts'

/** The reports, with the pipeline's own books kept before they are passed on. */
export function auditedReports(
  reports: PipelineReports,
  {
    books,
    budget,
    suspects,
  }: { books: DeliveryAudit; budget: PluginByteBudget; suspects: CrashGuard },
): PipelineReports {
  const leave = (delivery: Delivery) => {
    books.ended(delivery)
    budget.give(delivery.plugin.slug, delivery.wanted.bytes)
  }
  return {
    ...reports,
    onSettled: (delivery, outcome) => {
      leave(delivery)
      suspects.settled(delivery)
      reports.onSettled(delivery, outcome)
    },
    onAbandoned: (delivery) => {
      leave(delivery)
      suspects.abandoned(delivery)
      reports.onAbandoned(delivery)
    },
  }
}
