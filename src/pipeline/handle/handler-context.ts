import { headerText } from '../../event/headers.ts'
import { type Trace, traceOf } from '../../event/trace.ts'
import type { FollowUp, FollowUpSink } from '../../follow-up/follow-up.ts'
import { hopsOf } from '../../follow-up/headers.ts'
import type { FollowUpCause } from '../../follow-up/make-follow-up.ts'
import type { StateChange } from '../../idempotency/staged.ts'
import type { ClaimTransaction } from '../../idempotency/store.ts'
import type {
  PluginContext,
  PluginLog,
  Sql,
  SqlPluginContext,
  StatePluginContext,
} from '../../plugin/plugin.ts'
import { type Delivery, originOf } from '../delivery.ts'
import { CallSignal } from './call-signal.ts'
import { FollowUpDrafts } from './follow-up-drafts.ts'
import { HandlerHeaders } from './handler-headers.ts'
import { StateDraft } from './state-draft.ts'

export interface ContextPorts {
  groupId: string
  logOf(delivery: Delivery): PluginLog
  followUps: Pick<FollowUpSink, 'kinds'>
}

/** The handler's second argument. `log`, `signal` and headers are created on first use. */
export class HandlerContext extends CallSignal implements SqlPluginContext, StatePluginContext {
  readonly attempt: number
  #delivery: Delivery
  /** Copied, because the delivery drops its content when it ends and a handler may read it later. */
  #eventId: string | undefined
  #eventTime: string
  #ports: ContextPorts
  #transaction: Pick<ClaimTransaction, 'sql'> | undefined
  #log: PluginLog | undefined
  #state: StateDraft | undefined
  #headers: HandlerHeaders | undefined
  #followUps: FollowUpDrafts | undefined
  #hasEnded = false

  constructor(
    delivery: Delivery,
    eventTime: string,
    ports: ContextPorts,
    transaction: Pick<ClaimTransaction, 'sql'> | undefined,
  ) {
    super()
    this.attempt = delivery.attempts
    this.#delivery = delivery
    this.#eventId = delivery.wanted.content?.id
    this.#eventTime = eventTime
    this.#ports = ports
    this.#transaction = transaction
  }

  /** The call has ended. Returns what it has set of the state. */
  static endState(context: HandlerContext): StateChange | undefined {
    context.#hasEnded = true
    return context.#state === undefined ? undefined : StateDraft.end(context.#state)
  }

  /** The call has ended. Returns what it has published. */
  static endFollowUps(context: HandlerContext): readonly FollowUp[] {
    return context.#followUps === undefined ? [] : context.#followUps.drafts
  }

  /** A function of its own, so that handlers may take it out of the context. */
  get publish(): PluginContext['publish'] {
    return (event, options) => {
      this.#requireRunning('publish')
      this.#followUps ??= new FollowUpDrafts(this.#ports.followUps.kinds, this.#cause)
      this.#followUps.publish(event, options)
    }
  }

  get state(): StateDraft {
    if (this.#state === undefined) {
      this.#requireRunning('state')
      this.#state = stateFor(this.#delivery)
    }
    return this.#state
  }

  get settings(): unknown {
    return this.#delivery.plugin.settings
  }

  get log(): PluginLog {
    this.#log ??= this.#ports.logOf(this.#delivery)
    return this.#log
  }

  get idempotencyKey(): string {
    const { plugin, wanted } = this.#delivery
    const groupId = wanted.redriven?.replay ?? this.#ports.groupId
    return `${groupId}/${plugin.slug}/${this.#eventId}`
  }

  get sql(): Sql {
    if (this.#transaction !== undefined) return this.#transaction.sql
    throw new Error('context.sql: expected the plugin to set sql: true')
  }

  get record(): SqlPluginContext['record'] {
    const { topic, partition, offset, timestampMs, key } = originOf(this.#delivery.wanted)
    const headers = () => this.#recordHeaders
    return {
      ...{ topic, partition, offset, timestampMs, key: key?.toString() ?? null },
      get headers() {
        return headers()
      },
    }
  }

  #requireRunning(what: string): void {
    if (this.#hasEnded) throw new Error(`context.${what}: expected to be used before the call ends`)
  }

  get #cause(): FollowUpCause {
    const { plugin, wanted } = this.#delivery
    return {
      eventId: String(this.#eventId),
      idempotencyKey: this.idempotencyKey,
      time: this.#eventTime,
      source: `/inventory-events/${encodeURIComponent(this.#ports.groupId)}/${plugin.slug}`,
      hops: hopsOf(originOf(wanted).headers),
      trace: this.trace,
    }
  }

  get #recordHeaders(): HandlerHeaders {
    this.#headers ??= new HandlerHeaders(originOf(this.#delivery.wanted).headers)
    return this.#headers
  }

  get trace(): Trace | undefined {
    return traceOf((name) => headerText(this.#delivery.wanted.record, name))
  }
}

function stateFor({ plugin, wanted, storedState }: Delivery): StateDraft {
  if (plugin.state === undefined) {
    throw new Error('context.state: expected the plugin to set state: { version, initial }')
  }
  const { key } = originOf(wanted)
  if (key === null) throw new Error('context.state: expected a record with a key, got none')
  return new StateDraft(plugin.state, key, storedState)
}
