import type { SourceRecord } from '../../event/record.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { CatchUpStatus } from '../../status/status-record.ts'
import { messageOf } from '../../util/errors.ts'
import { decodePlan, isPlanKey, type ReplayPlan } from '../plan.ts'
import { ReplicaCatchUp, type ReplicaCatchUpParts } from './replica-catch-up.ts'

export interface ReplicaCatchUpsParts extends Omit<ReplicaCatchUpParts, 'plugin'> {
  plugins: readonly LoadedPlugin[]
}

/**
 * Takes part in the catch-ups that the replicas of this group carry out, as the plans in its control topic
 * say. Whoever wrote a plan moves its end, and ends it.
 */
export class ReplicaCatchUps {
  readonly #parts: ReplicaCatchUpsParts
  /** The newest plan of each plugin. */
  readonly #plans = new Map<string, ReplayPlan>()
  readonly #running = new Map<string, ReplicaCatchUp>()
  readonly #stopping = new Set<Promise<void>>()
  #isStarted = false

  constructor(parts: ReplicaCatchUpsParts) {
    this.#parts = parts
  }

  /** Each record of the control topic, in its order. */
  take({ key, value }: Pick<SourceRecord, 'key' | 'value'>): void {
    const name = key?.toString() ?? ''
    if (value === null || !isPlanKey(name)) return
    try {
      const plan = decodePlan(name, value)
      this.#plans.set(plan.slug, plan)
      if (this.#isStarted) this.#follow(plan)
    } catch (error) {
      this.#parts.log.warn({ error: messageOf(error) }, 'ignored an unreadable plan')
    }
  }

  /** From now on; the plugins must have been started. */
  start(): void {
    this.#isStarted = true
    for (const plan of this.#plans.values()) this.#follow(plan)
  }

  /** Lets handlers end, commits, and leaves. Whoever is left continues. */
  async stop(): Promise<void> {
    this.#isStarted = false
    for (const slug of [...this.#running.keys()]) this.#leave(slug, { isProcessEnding: true })
    await Promise.all(this.#stopping)
  }

  list(): Promise<CatchUpStatus[]> {
    return Promise.all([...this.#running.values()].map((each) => each.status()))
  }

  #follow(plan: ReplayPlan): void {
    const known = this.#running.get(plan.slug)
    const isOurs = plan.purpose === 'enable' && plan.carriedOutBy === 'replicas'
    const isRunning = isOurs && plan.state === 'running'
    if (isRunning && known?.generation === plan.generation) {
      known.extend(plan)
      return
    }
    if (known !== undefined) this.#leave(plan.slug)
    const plugin = this.#parts.plugins.find(({ slug }) => slug === plan.slug)
    if (!isRunning || plugin === undefined) return
    // What it remembers would be changed in two places.
    if (plugin.state !== undefined) return
    const catchUp = new ReplicaCatchUp({ ...this.#parts, plugin }, plan)
    this.#running.set(plan.slug, catchUp)
    catchUp.start(Promise.all(this.#stopping))
  }

  #leave(slug: string, how?: { isProcessEnding: boolean }): void {
    const left = this.#running.get(slug)
    if (left === undefined) return
    this.#running.delete(slug)
    const stopped = left.stop(how)
    this.#stopping.add(stopped)
    void stopped.finally(() => this.#stopping.delete(stopped))
  }
}
