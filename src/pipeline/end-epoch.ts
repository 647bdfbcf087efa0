import type { CallLimits } from './admit/call-limits.ts'
import type { DeliveryAudit } from './audit/delivery-audit.ts'
import type { Batches } from './batches/batches.ts'
import type { Delivery } from './delivery.ts'
import type { RedriveGate } from './intake/redrive-gate.ts'
import type { PluginLanes } from './lanes/plugin-lanes.ts'
import type { Epoch, Intake } from './source.ts'

export interface EndingPorts {
  lanes: Pick<PluginLanes, 'remove' | 'whenNoneRuns'>
  batches: Pick<Batches, 'leave'>
  callLimits: Pick<CallLimits, 'leave'>
  redriveGate: Pick<RedriveGate, 'remove'>
  audit: Pick<DeliveryAudit, 'forgetIfSettled'>
  abandon(delivery: Delivery): void
}

/** The end of an epoch: in order, before its partition is handed over, or at once. */
export function createEnding(ports: EndingPorts): Pick<Intake, 'release' | 'end'> {
  const { lanes, batches, callLimits, redriveGate, audit, abandon } = ports

  function abandonAll(epoch: Epoch): void {
    batches.leave(epoch)
    callLimits.leave(epoch)
    for (const delivery of lanes.remove(epoch)) abandon(delivery)
  }

  return {
    async release(epoch, limitMs) {
      abandonAll(epoch)
      const result = await lanes.whenNoneRuns(epoch, limitMs)
      // One that was running may have ended with another turn, which nobody gives it any more.
      abandonAll(epoch)
      return result
    },
    end(epoch) {
      redriveGate.remove(epoch)
      abandonAll(epoch)
      audit.forgetIfSettled(epoch)
    },
  }
}
