import type { Clock } from '../event/clock.ts'
import type { Event } from '../event/event.ts'
import { type Trace, traceOf } from '../event/trace.ts'
import type { ClaimTransaction } from '../idempotency/store.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { HandlerReturn, PluginLog, Sql, SqlPluginContext } from '../plugin/plugin.ts'
import { returnOf } from '../plugin/plugin.ts'
import { AbortCalls } from './abort-calls.ts'
import { type Deadline, Deadlines } from './deadlines.ts'
import { type Delivery, originOf } from './delivery.ts'
import { headerText } from './envelope.ts'

/** How one call of a handler ended. */
export type HandlerResult =
  | { type: 'returned'; value: HandlerReturn | undefined }
  | { type: 'threw'; error: unknown }
  | { type: 'timed-out'; timeoutMs: number }
  /** Whatever the handler did or said, it can't count: no attempt is spent. */
  | { type: 'interrupted'; error: string }

/** Notes who has the thread, so that a handler that never gives it back can be named. */
export interface CallNotes {
  /** The call begins, and has the thread; answers what the note goes by. */
  enter(delivery: Delivery): number
  /** The call gave the thread back; not told of one that throws. */
  returned(): void
  /** The call has ended. */
  leave(note: number): void
}

export const noNotes: CallNotes = { enter: () => 0, returned() {}, leave() {} }

export interface HandlePorts {
  clock: Clock
  calls: CallNotes
  groupId: string
  /** How long a handler may go on after its signal aborted before it is reported as stuck. */
  graceMs: number
  logOf(delivery: Delivery): PluginLog
  /** The handler ignores its signal. Only a restart of the process can end it. */
  onStuck(delivery: Delivery): void
  onHandled(delivery: Delivery, seconds: number): void
}

/**
 * Calls a plugin's handler, with a time limit. Whatever it throws is an answer, and no answer is
 * given before the handler has settled: two calls for one entity never overlap.
 */
export function createHandle(ports: HandlePorts) {
  const shared: Shared = { ...ports, abortCalls: new AbortCalls(), deadlines: new Map() }
  return async function handle(
    delivery: Delivery,
    event: Event,
    transaction?: Pick<ClaimTransaction, 'sql' | 'interrupt'>,
  ): Promise<HandlerResult> {
    delivery.attempts += 1
    const call = new Call(delivery, shared, transaction)
    const startMs = ports.clock.elapsedMs()
    const note = ports.calls.enter(delivery)
    try {
      const answer = delivery.plugin.processEvent(event, call)
      ports.calls.returned()
      const value = await answer
      return call.wasTold() ? call.overtime() : { type: 'returned', value: returnOf(value) }
    } catch (error) {
      return call.isOvertime() ? call.overtime() : { type: 'threw', error }
    } finally {
      ports.calls.leave(note)
      call.end()
      ports.onHandled(delivery, (ports.clock.elapsedMs() - startMs) / 1000)
    }
  }
}

/** What calls have in common. */
interface Shared extends HandlePorts {
  abortCalls: AbortCalls
  deadlines: Map<LoadedPlugin, Deadlines>
}

function deadlinesOf(plugin: LoadedPlugin, { deadlines, clock }: Shared): Deadlines {
  const known = deadlines.get(plugin)
  if (known !== undefined) return known
  const fresh = new Deadlines(plugin.timeoutMs, clock)
  deadlines.set(plugin, fresh)
  return fresh
}

/** One call and the context that the handler sees; log and signal are made when first asked for. */
class Call implements SqlPluginContext {
  readonly attempt: number
  #delivery: Delivery
  #ports: Shared
  #transaction: Pick<ClaimTransaction, 'sql' | 'interrupt'> | undefined
  #controller: AbortController | undefined
  #log: PluginLog | undefined
  #aborted = false
  #overtime = false
  #deadlines: Deadlines
  #deadline: Deadline
  #cancelGrace: (() => void) | undefined
  #onLost = () => this.#abort()

  constructor(
    delivery: Delivery,
    shared: Shared,
    transaction: Pick<ClaimTransaction, 'sql' | 'interrupt'> | undefined,
  ) {
    this.#delivery = delivery
    this.#ports = shared
    this.#transaction = transaction
    this.attempt = delivery.attempts
    this.#deadlines = deadlinesOf(delivery.plugin, shared)
    this.#deadline = this.#deadlines.begin(() => {
      this.#overtime = true
      this.#abort()
    })
    for (const lost of this.#losses()) shared.abortCalls.add(lost, this.#onLost)
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

  /**
   * Whether the handler may have ended because its signal told it to: then a normal return does not
   * prove that the event was handled. A handler that never looked at its signal was not told.
   */
  wasTold(): boolean {
    return this.#aborted && this.#controller !== undefined
  }

  isOvertime(): boolean {
    return this.#overtime
  }

  overtime(): HandlerResult {
    return { type: 'timed-out', timeoutMs: this.#delivery.plugin.timeoutMs }
  }

  end(): void {
    this.#deadlines.end(this.#deadline)
    this.#cancelGrace?.()
    for (const lost of this.#losses()) this.#ports.abortCalls.remove(lost, this.#onLost)
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
    this.#deadlines.end(this.#deadline)
    this.#cancelGrace = this.#ports.clock.after(this.#ports.graceMs, () =>
      this.#ports.onStuck(this.#delivery),
    )
  }
}
