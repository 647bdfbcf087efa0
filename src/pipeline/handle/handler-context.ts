import { headerText } from '../../event/headers.ts'
import { type Trace, traceOf } from '../../event/trace.ts'
import type { ClaimTransaction } from '../../idempotency/store.ts'
import type { PluginLog, Sql, SqlPluginContext } from '../../plugin/plugin.ts'
import { type Delivery, originOf } from '../delivery.ts'

export interface ContextPorts {
  groupId: string
  logOf(delivery: Delivery): PluginLog
}

/** The handler's second argument. `log` and `signal` are created on first use. */
export class HandlerContext implements SqlPluginContext {
  readonly attempt: number
  #delivery: Delivery
  /** Copied, because the delivery drops its content when it ends and a handler may read it later. */
  #eventId: string | undefined
  #ports: ContextPorts
  #transaction: Pick<ClaimTransaction, 'sql'> | undefined
  #controller: AbortController | undefined
  #log: PluginLog | undefined
  #aborted = false

  constructor(
    delivery: Delivery,
    ports: ContextPorts,
    transaction: Pick<ClaimTransaction, 'sql'> | undefined,
  ) {
    this.attempt = delivery.attempts
    this.#delivery = delivery
    this.#eventId = delivery.wanted.content?.id
    this.#ports = ports
    this.#transaction = transaction
  }

  /** Aborts the signal. Static, so that handlers cannot call it. */
  static abort(context: HandlerContext): void {
    context.#aborted = true
    context.#controller?.abort()
  }

  /** Whether the handler may have seen its signal abort: it has read `signal`. */
  static couldSeeAbort(context: HandlerContext): boolean {
    return context.#aborted && context.#controller !== undefined
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort()
    }
    return this.#controller.signal
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
    return { topic, partition, offset, timestampMs, key: key?.toString() ?? null }
  }

  get trace(): Trace | undefined {
    return traceOf((name) => headerText(this.#delivery.wanted.record, name))
  }
}
