import type { Event } from '../../event/event.ts'
import type { FollowUpSink } from '../../follow-up/follow-up.ts'
import type { IdempotencyStore } from '../../idempotency/store.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { CallGate } from '../admit/call-gate.ts'
import { type PluginSwitches, skipCause } from '../admit/plugin-switches.ts'
import type { Delivery } from '../delivery.ts'
import type { CallSpans } from '../handle/call-span.ts'
import type { HandlerResult } from '../handle/handler-result.ts'
import type { PluginLanes } from '../lanes/plugin-lanes.ts'
import { Batches } from './batches.ts'
import { type CallBatchPorts, createCallBatch } from './call-batch.ts'
import { createTransactBatch } from './transact-batch.ts'

export interface CreateBatchesPorts extends CallBatchPorts {
  followUps: Pick<FollowUpSink, 'kinds' | 'encode' | 'write'>
  store: Pick<IdempotencyStore, 'beginAll'>
  lanes: Pick<PluginLanes, 'isFirst' | 'whenFirst' | 'joined'>
  callGate: Pick<CallGate, 'isOpen' | 'isPaused'>
  switches: Pick<PluginSwitches, 'skipCauseOf' | 'startOf'>
  spans?: CallSpans | undefined
}

/** Joins the parts of batches: gathering, splitting, transactions and calls. */
export function createBatches(
  plugins: readonly LoadedPlugin[],
  ports: CreateBatchesPorts,
): Batches {
  const { clock, lanes, callGate, switches, store, graceMs, spans, followUps } = ports
  const call = createCallBatch(ports)
  const callBatch: typeof call =
    spans === undefined
      ? call
      : (batch, members, transaction) => {
          const [{ delivery }, ...others] = members
          const deliveries = [delivery, ...others.map((each) => each.delivery)] as const
          return spans.aroundBatch([...deliveries], () => call(batch, members, transaction))
        }
  return new Batches(plugins, {
    clock,
    lanes,
    transactBatch: createTransactBatch({ store, graceMs, callBatch, followUps }),
    isProbing: (slug) => callGate.isOpen(slug),
    isHeldBack: (delivery) =>
      callGate.isPaused(delivery.plugin.slug) || skipCause(delivery, switches) !== undefined,
  })
}

/** Calls a plugin's handler with its events one by one, or many at a time if it takes batches. */
export function withBatches(
  batches: Pick<Batches, 'join'>,
  callOne: (delivery: Delivery, event: Event) => MaybePromise<HandlerResult>,
): typeof callOne {
  return (delivery, event) =>
    delivery.plugin.batch === undefined ? callOne(delivery, event) : batches.join(delivery, event)
}
