import { type Trace, traceOf } from '../event/trace.ts'
import type { ClaimTransaction } from '../idempotency/store.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { type PluginLog, returnOf, type Sql, type SqlPluginContext } from '../plugin/plugin.ts'
import type { AbortCalls } from './abort-calls.ts'
import { type Deadline, Deadlines } from './deadlines.ts'
import { type Delivery, originOf } from './delivery.ts'
import { headerText } from './envelope.ts'
import type { HandlePorts, HandlerResult } from './handle.ts'

/** What calls have in common. */
export interface CallPorts extends HandlePorts {
  abortCalls: AbortCalls
  deadlines: Map<LoadedPlugin, Deadlines>
}

/**
 * One call and the context that the handler sees; log and signal are made when first asked for. It is
 * watched only when it goes on after it gave the thread back: before, nothing can happen beside it.
 */
export class Call implements SqlPluginContext {
  readonly attempt: number
  #delivery: Delivery
  #ports: CallPorts
  #transaction: Pick<ClaimTransaction, 'sql' | 'interrupt'> | undefined
  #controller: AbortController | undefined
  #log: PluginLog | undefined
  #aborted = false
  #overtime = false
  #deadlines: Deadlines | undefined
  #deadline: Deadline | undefined
  #cancelGrace: (() => void) | undefined
  #onLost: (() => void) | undefined

  constructor(
    delivery: Delivery,
    ports: CallPorts,
    transaction: Pick<ClaimTransaction, 'sql' | 'interrupt'> | undefined,
  ) {
    this.#delivery = delivery
    this.#ports = ports
    this.#transaction = transaction
    this.attempt = delivery.attempts
  }

  /** It gave the thread back and has not ended: from now on it may be late, or lose its partition. */
  goesOn(): void {
    this.#deadlines = deadlinesOf(this.#delivery.plugin, this.#ports)
    this.#deadline = this.#deadlines.begin(() => {
      this.#overtime = true
      this.#abort()
    })
    this.#onLost = () => this.#abort()
    for (const lost of this.#losses()) this.#ports.abortCalls.add(lost, this.#onLost)
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
    return `${groupId}/${plugin.slug}/${wanted.content?.id}`
  }

  get sql(): Sql {
    if (this.#transaction !== undefined) return this.#transaction.sql
    throw new Error('context.sql: expected the plugin to say sql: true')
  }

  get record(): SqlPluginContext['record'] {
    const { topic, partition, offset, timestampMs, key } = originOf(this.#delivery.wanted)
    return { topic, partition, offset, timestampMs, key: key?.toString() ?? null }
  }

  get trace(): Trace | undefined {
    return traceOf((name) => headerText(this.#delivery.wanted.record, name))
  }

  returned(value: unknown): HandlerResult {
    try {
      return this.#wasTold() ? this.#timedOut() : { type: 'returned', value: returnOf(value) }
    } catch (error) {
      return this.threw(error)
    }
  }

  threw(error: unknown): HandlerResult {
    return this.#overtime ? this.#timedOut() : { type: 'threw', error }
  }

  end(): void {
    if (this.#onLost === undefined) return
    this.#stopDeadline()
    this.#cancelGrace?.()
    for (const lost of this.#losses()) this.#ports.abortCalls.remove(lost, this.#onLost)
  }

  /**
   * Whether the handler may have ended because its signal told it to: then a normal return does not
   * prove that the event was handled. A handler that never looked at its signal was not told.
   */
  #wasTold(): boolean {
    return this.#aborted && this.#controller !== undefined
  }

  #timedOut(): HandlerResult {
    return { type: 'timed-out', timeoutMs: this.#delivery.plugin.timeoutMs }
  }

  #stopDeadline(): void {
    if (this.#deadline !== undefined) this.#deadlines?.end(this.#deadline)
  }

  /** The partition, or the claim, may pass to another owner. */
  #losses(): AbortSignal[] {
    const { wanted, claim } = this.#delivery
    return claim?.lost === undefined ? [wanted.epoch.lost] : [wanted.epoch.lost, claim.lost]
  }

  #abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#controller?.abort()
    this.#transaction?.interrupt()
    this.#stopDeadline()
    this.#cancelGrace = this.#ports.clock.after(this.#ports.graceMs, () =>
      this.#ports.onStuck(this.#delivery),
    )
  }
}

function deadlinesOf(plugin: LoadedPlugin, { deadlines, clock }: CallPorts): Deadlines {
  const known = deadlines.get(plugin)
  if (known !== undefined) return known
  const fresh = new Deadlines(plugin.timeoutMs, clock)
  deadlines.set(plugin, fresh)
  return fresh
}
