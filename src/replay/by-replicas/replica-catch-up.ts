import type { Kafka } from 'kafkajs'
import type { Registry } from '../../avro/registry/registry.ts'
import type { Contract } from '../../avro/schema/contract-schemas.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { ServiceConfig } from '../../service/consumer-group.ts'
import type { CatchUpStatus } from '../../status/status-record.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { aborted } from '../../util/with-timeout.ts'
import { createGroupResources } from '../group-resources.ts'
import type { ReplayPlan } from '../plan.ts'
import { type Run, type RunParts, startRun } from '../run.ts'

export interface ReplicaCatchUpParts {
  config: ServiceConfig
  kafka: Kafka
  registry: Registry
  contract: Contract
  plugin: LoadedPlugin
  errors?: RunParts['errors']
  clock: Clock
  log: Logger
  /** Called where only the end of the process helps. */
  onFatal(error: Error): void
  /** Begins to deliver a plan; what it creates in Kafka first may exist already. */
  begin?(parts: ReplicaCatchUpParts, plan: ReplayPlan): Promise<Run>
}

const RETRY_MS = 5_000

/**
 * The part of this replica in a catch-up: a member of the plan's group, beside the live one. Its failures
 * leave the live one alone; it is tried again until the plan ends.
 */
export class ReplicaCatchUp {
  readonly generation: number
  readonly #parts: ReplicaCatchUpParts
  readonly #failures: FailureLog
  readonly #stopped = new AbortController()
  #plan: ReplayPlan
  #run: Run | undefined
  #ended: Promise<void> = Promise.resolve()
  /** The process continues, so that no other member may take over what a handler still has. */
  #graceMs: number
  #problem: string | null = null
  #counts = { handled: 0, deadLettered: 0 }

  constructor(parts: ReplicaCatchUpParts, plan: ReplayPlan) {
    this.#parts = parts
    this.#failures = new FailureLog(parts)
    this.#plan = plan
    this.#graceMs = parts.config.HANDLER_GRACE_MS
    this.generation = plan.generation
  }

  /** Begins when `after` has resolved: what the former one still calls must have ended. */
  start(after: Promise<unknown>): void {
    const { slug } = this.#plan
    this.#parts.log.info({ plugin: slug, generation: this.generation }, 'takes part in a catch-up')
    this.#ended = after.then(() => this.#stayIn())
  }

  /** The plan has further ends. */
  extend(plan: ReplayPlan): void {
    this.#plan = plan
    this.#run?.extend(plan.ranges)
  }

  async stop({ isProcessEnding = false } = {}): Promise<void> {
    if (isProcessEnding) this.#graceMs = 0
    this.#stopped.abort()
    await this.#ended
  }

  async status(): Promise<CatchUpStatus> {
    const { slug } = this.#plan
    if (this.#run !== undefined) this.#counts = countsOf(await this.#run.outcomes())
    return { slug, generation: this.generation, ...this.#counts, problem: this.#problem }
  }

  async #stayIn(): Promise<void> {
    const { signal } = this.#stopped
    const { clock, onFatal } = this.#parts
    while (!signal.aborted) {
      try {
        await this.#deliver(signal)
      } catch (error) {
        if (isFatal(error)) return onFatal(error)
        this.#problem = messageOf(error)
        const fields = { plugin: this.#plan.slug, error: this.#problem, delayMs: RETRY_MS }
        this.#failures.failed(fields, 'a catch-up cannot continue here; trying again')
        await clock.sleep(RETRY_MS, signal)
      }
    }
  }

  /** Until it is stopped. Rejects when it fails. */
  async #deliver(signal: AbortSignal): Promise<void> {
    const { begin = beginHere, onFatal } = this.#parts
    const run = await begin(this.#parts, this.#plan)
    this.#run = run
    // Nobody waits for it after it was stopped, which a handler may outlast.
    const onFailed = () => {
      const { reason } = run.failed
      if (signal.aborted && isFatal(reason)) onFatal(reason)
    }
    run.failed.addEventListener('abort', onFailed, { once: true })
    run.extend(this.#plan.ranges)
    this.#problem = null
    try {
      await aborted(AbortSignal.any([signal, run.failed]))
      if (!signal.aborted) throw run.failed.reason
    } finally {
      await run.stop(this.#graceMs)
    }
  }
}

/** The plugin has been started by the live group, which stops it, too. */
async function beginHere(parts: ReplicaCatchUpParts, plan: ReplayPlan): Promise<Run> {
  await createGroupResources(parts, plan)
  const plugin = { ...parts.plugin, start: undefined, stop: undefined, health: undefined }
  const idle = {
    rate: undefined,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  }
  return startRun({ ...parts, ...idle, plugin }, plan)
}

/** A handler that does not end might be called a second time for the same entity. */
function isFatal(error: unknown): error is InventoryEventsError {
  return error instanceof InventoryEventsError && error.code === 'HANDLER_TIMEOUT'
}

function countsOf(outcomes: ReadonlyMap<string, number>) {
  const sum = (...names: string[]) =>
    names.reduce((total, name) => total + (outcomes.get(name) ?? 0), 0)
  return {
    handled: sum('processed', 'skipped', 'duplicate'),
    deadLettered: sum('rejected', 'dead-lettered'),
  }
}
