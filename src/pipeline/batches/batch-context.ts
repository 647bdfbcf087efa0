import type { Event } from '../../event/event.ts'
import type { FollowUp } from '../../follow-up/follow-up.ts'
import type { BatchTransaction } from '../../idempotency/store.ts'
import type { BatchedEvent, SqlBatchContext } from '../../plugin/batches/batch-plugin.ts'
import type { PluginLog, Sql } from '../../plugin/plugin.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { Delivery } from '../delivery.ts'
import { CallSignal } from '../handle/call-signal.ts'
import { type ContextPorts, HandlerContext } from '../handle/handler-context.ts'
import type { Members } from './member.ts'

export interface BatchContextPorts extends ContextPorts {
  /** The log of a call with this many events, of which the delivery is the first. */
  batchLogOf(first: Delivery, events: number): PluginLog
}

/** The second argument of a handler of batches. */
export class BatchHandlerContext extends CallSignal implements SqlBatchContext {
  #members: Members
  #ports: BatchContextPorts
  #transaction: Pick<BatchTransaction, 'sql'> | undefined
  #deliveries: Map<Event, Delivery> | undefined
  #events = new Map<Delivery, BatchedEventContext>()
  #log: PluginLog | undefined

  constructor(
    members: Members,
    ports: BatchContextPorts,
    transaction: Pick<BatchTransaction, 'sql'> | undefined,
  ) {
    super()
    this.#members = members
    this.#ports = ports
    this.#transaction = transaction
  }

  /** The call has ended. Returns what it has published for each of its events. */
  static endFollowUps(context: BatchHandlerContext): ReadonlyMap<Delivery, readonly FollowUp[]> {
    return new Map([...context.#events].map(([delivery, each]) => [delivery, each.end()]))
  }

  of(event: Event): BatchedEvent {
    this.#deliveries ??= new Map(this.#members.map((member) => [member.event, member.delivery]))
    const delivery = this.#deliveries.get(event)
    if (delivery === undefined) throw new TypeError(`context.of: ${NOT_OF_BATCH}`)
    return getOrInsert(
      this.#events,
      delivery,
      () => new BatchedEventContext(delivery, event, this.#ports),
    )
  }

  get log(): PluginLog {
    this.#log ??= this.#ports.batchLogOf(this.#members[0].delivery, this.#members.length)
    return this.#log
  }

  get settings(): unknown {
    return this.#members[0].delivery.plugin.settings
  }

  get sql(): Sql {
    if (this.#transaction !== undefined) return this.#transaction.sql
    throw new Error('context.sql: expected the plugin to set sql: true')
  }
}

export const NOT_OF_BATCH =
  'expected an event of this batch itself, got something else: a copy is not the event'

/** What a handler of single events has of its event. */
class BatchedEventContext implements BatchedEvent {
  #context: HandlerContext

  constructor(delivery: Delivery, { time }: Event, ports: ContextPorts) {
    this.#context = new HandlerContext(delivery, time, ports, undefined)
  }

  end(): readonly FollowUp[] {
    HandlerContext.endState(this.#context)
    return HandlerContext.endFollowUps(this.#context)
  }

  get attempt() {
    return this.#context.attempt
  }

  get idempotencyKey() {
    return this.#context.idempotencyKey
  }

  get log() {
    return this.#context.log
  }

  get publish() {
    return this.#context.publish
  }

  get record() {
    return this.#context.record
  }

  get trace() {
    return this.#context.trace
  }
}
