import type { Event } from '../../event/event.ts'
import type { LoadedBatch, LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { Clock } from '../../util/clock.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { aborted } from '../../util/with-timeout.ts'
import type { Delivery } from '../delivery.ts'
import type { HandlerResult } from '../handle/handler-result.ts'
import type { Epoch } from '../source.ts'
import { BatchRun, type BatchRunPorts } from './batch-run.ts'
import { Gathering } from './gathering.ts'
import type { Member } from './member.ts'

export interface BatchesPorts extends Pick<BatchRunPorts, 'transactBatch'> {
  clock: Pick<Clock, 'after'>
  lanes: {
    isFirst(delivery: Delivery): boolean
    whenFirst(delivery: Delivery): MaybePromise<boolean>
    joined(delivery: Delivery, isOpen: () => boolean): void
  }
  /** Whether the plugin's breaker is open, so that a delivery that may be called is a probe. */
  isProbing(slug: string): boolean
  /** Whether the delivery's plugin is paused, or skips it. */
  isHeldBack(delivery: Delivery): boolean
}

const NOW = Promise.resolve()

/**
 * The batches of the plugins that take them. A delivery joins one during its turn, and continues with its
 * own result as if it had been called alone, so everything after the call is as for other plugins. An
 * entity's next event joins the batch that the one before is in, or waits until that has completed.
 */
export class Batches {
  #ports: BatchesPorts
  #byPlugin = new Map<string, Gathering<Member>>()
  /** They have failed in a call of their own, and would fail others. */
  #failedAlone = new WeakSet<Delivery>()
  /** Epochs that are being handed over. */
  #leaving = new WeakSet<Epoch>()

  constructor(plugins: readonly LoadedPlugin[], ports: BatchesPorts) {
    this.#ports = ports
    for (const plugin of plugins) {
      if (plugin.batch !== undefined)
        this.#byPlugin.set(plugin.slug, this.#gatheringOf(plugin, plugin.batch))
    }
  }

  /** Joins a batch. Returns the delivery's result once there is one. */
  join(delivery: Delivery, event: Event): MaybePromise<HandlerResult> {
    const { plugin, wanted, lane } = delivery
    const gathering = this.#byPlugin.get(plugin.slug)
    if (gathering === undefined) throw new Error(`plugin ${plugin.slug} takes no batches`)
    if (this.#leaving.has(wanted.epoch))
      return { type: 'deferred', until: aborted(wanted.epoch.lost) }
    const isAlone = this.#isAlone(delivery)
    const follows = !this.#ports.lanes.isFirst(delivery)
    if (follows && (isAlone || !gathering.has(lane))) return { type: 'deferred', until: NOW }
    const result = new Promise<HandlerResult>((resolve) => {
      const member: Member = { delivery, event, isAlone, end: resolve }
      if (isAlone) gathering.addAlone(member)
      else this.#ports.lanes.joined(delivery, gathering.add(member))
    })
    return result.then((ended) => this.#inOrder(delivery, ended))
  }

  /**
   * Marks of an entity are made in its order. After a crash, an event without one would be handled again
   * after a later event that has one, which would then be undone for good.
   */
  async #inOrder(delivery: Delivery, result: HandlerResult): Promise<HandlerResult> {
    if (result.type === 'deferred' || result.type === 'interrupted') return result
    if (await this.#ports.lanes.whenFirst(delivery)) return result
    delivery.attempts -= 1
    return { type: 'deferred', until: NOW }
  }

  /** The epoch is handed over or lost: its deliveries leave the batches that have not been called. */
  leave(epoch: Epoch): void {
    this.#leaving.add(epoch)
    for (const gathering of this.#byPlugin.values()) {
      for (const { delivery, end } of gathering.remove(
        (each) => each.delivery.wanted.epoch === epoch,
      )) {
        const isOfEpoch = delivery.wanted.epoch === epoch
        end({ type: 'deferred', until: isOfEpoch ? aborted(epoch.lost) : NOW })
      }
    }
  }

  /** What has been gathered waits for no more: nothing may come, because memory is used up. */
  callSoon(): void {
    for (const gathering of this.#byPlugin.values()) gathering.callSoon()
  }

  /** Nothing waits for others while the work runs. */
  async hurryDuring<T>(work: () => Promise<T>): Promise<T> {
    const ends = [...this.#byPlugin.values()].map((gathering) => gathering.hurry())
    return work().finally(() => {
      for (const end of ends) end()
    })
  }

  #gatheringOf(plugin: LoadedPlugin, batch: LoadedBatch): Gathering<Member> {
    const ports: BatchRunPorts = {
      plugin,
      batch,
      transactBatch: this.#ports.transactBatch,
      holdUp: (member) => this.#holdUp(member),
      onFailedAlone: (delivery) => void this.#failedAlone.add(delivery),
    }
    return new Gathering({
      clock: this.#ports.clock,
      maxItems: batch.maxEvents,
      maxWaitMs: batch.maxWaitMs,
      maxCalls: plugin.concurrency,
      keyOf: ({ delivery }) => delivery.lane,
      call: (members) => new BatchRun(ports).run(members),
    })
  }

  #isAlone(delivery: Delivery): boolean {
    if (delivery.crashRecorded || this.#failedAlone.has(delivery)) return true
    return this.#ports.isProbing(delivery.plugin.slug)
  }

  #holdUp({ delivery, isAlone }: Member): Promise<void> | undefined {
    const { plugin, wanted } = delivery
    if (wanted.epoch.lost.aborted) return NOW
    if (this.#leaving.has(wanted.epoch)) return aborted(wanted.epoch.lost)
    if (this.#ports.isHeldBack(delivery)) return NOW
    return !isAlone && this.#ports.isProbing(plugin.slug) ? NOW : undefined
  }
}
