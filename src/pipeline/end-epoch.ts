import type { CallLimits } from './admit/call-limits.ts'
import type { DeliveryAudit } from './audit/delivery-audit.ts'
import type { Batches } from './batches/batches.ts'
import type { Delivery } from './delivery.ts'
import type { SwitchedSkips } from './intake/provisional-skips.ts'
import type { RedriveGate } from './intake/redrive-gate.ts'
import type { PluginLanes } from './lanes/plugin-lanes.ts'
import type { Epoch, Intake } from './source.ts'

export interface EndingPorts {
  lanes: Pick<PluginLanes, 'remove' | 'whenNoneRuns' | 'drain'>
  batches: Pick<Batches, 'leave' | 'hurryDuring'>
  callLimits: Pick<CallLimits, 'leave'>
  redriveGate: Pick<RedriveGate, 'remove'>
  audit: Pick<DeliveryAudit, 'forgetIfSettled'>
  skips: Pick<SwitchedSkips, 'confirmed' | 'forget'>
  abandon(delivery: Delivery): void
}

/** The end of an epoch: in order, before its partition is handed over, or at once; and of all of them. */
export function createEnding(ports: EndingPorts): Pick<Intake, 'release' | 'end' | 'drain'> {
  const { lanes, batches, callLimits, redriveGate, audit, skips, abandon } = ports

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
      await skips.confirmed()
      return result
    },
    end(epoch) {
      redriveGate.remove(epoch)
      abandonAll(epoch)
      audit.forgetIfSettled(epoch)
      skips.forget(epoch)
    },
    async drain(limitMs) {
      const result = await batches.hurryDuring(() => lanes.drain(limitMs))
      await skips.confirmed()
      return result
    },
  }
}
