import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { Clock } from '../../util/clock.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { Epoch } from '../source.ts'
import type { Turn } from './lane.ts'
import { Lanes, type LaneView } from './lanes.ts'

/** A plugin's unfinished deliveries. */
export interface Backlog {
  slug: string
  /** Lanes that are not empty: queued + running + waiting. */
  lanes: number
  queued: number
  running: number
  waiting: number
  deliveries: number
  /** The lane whose first record is the oldest; undefined if there are no lanes. */
  oldest: LaneView<Delivery> | undefined
  /** The timestamp of that record. */
  timestampMs: number | undefined
  /** The lane with the most deliveries; undefined if there are no lanes. */
  longest: LaneView<Delivery> | undefined
}

/** The lanes of all plugins: within a plugin, one lane per topic and record key. */
export class PluginLanes {
  #lanes = new Map<string, Lanes<Delivery>>()
  #clock: Clock

  constructor(
    plugins: LoadedPlugin[],
    turn: (delivery: Delivery) => MaybePromise<Turn>,
    { clock, turnsAhead }: { clock: Clock; turnsAhead: number },
  ) {
    this.#clock = clock
    for (const plugin of plugins) {
      this.#lanes.set(
        plugin.slug,
        new Lanes({ clock, concurrency: turnsOf(plugin) + turnsAhead, turn }),
      )
    }
  }

  /** Deliveries that are queued, waiting or in the middle of a turn. */
  get held(): number {
    let held = 0
    for (const lanes of this.#lanes.values()) held += lanes.size
    return held
  }

  *backlogs(): Iterable<Backlog> {
    for (const [slug, lanes] of this.#lanes) yield backlogOf(slug, lanes.views())
  }

  add(delivery: Delivery): void {
    this.#of(delivery).add(delivery.lane, delivery)
  }

  /** Whether no other delivery is before this one in its lane. */
  isFirst(delivery: Delivery): boolean {
    return this.#of(delivery).isFirst(delivery.lane, delivery)
  }

  /** Resolves with true once no other is before it, or with false once one before it needs another turn. */
  whenFirst(delivery: Delivery): MaybePromise<boolean> {
    return this.#of(delivery).whenFirst(delivery.lane, delivery)
  }

  /** The delivery has joined a batch; while that is open, the next one of its lane may join it too. */
  joined(delivery: Delivery, isOpen: () => boolean): void {
    this.#of(delivery).joined(delivery.lane, isOpen)
  }

  /** Removes and returns the deliveries of an epoch, except those in the middle of a turn. */
  remove(epoch: Epoch): Delivery[] {
    const ofEpoch = (delivery: Delivery) => delivery.wanted.epoch === epoch
    return [...this.#lanes.values()].flatMap((lanes) => lanes.remove(ofEpoch))
  }

  /** Resolves when no turn of the epoch is running, or after the limit. */
  whenNoneRuns(epoch: Epoch, limitMs: number): Promise<'drained' | 'limit'> {
    const ofEpoch = (delivery: Delivery) => delivery.wanted.epoch === epoch
    return this.#within(limitMs, (lanes) => lanes.whenNoneRuns(ofEpoch))
  }

  /** Resolves when no turn is running or ready to run, or after the limit. */
  drain(limitMs: number): Promise<'drained' | 'limit'> {
    return this.#within(limitMs, (lanes) => lanes.whenQuiet())
  }

  #of({ plugin: { slug } }: Delivery): Lanes<Delivery> {
    const lanes = this.#lanes.get(slug)
    if (lanes === undefined) throw new Error(`no lanes for plugin ${slug}`)
    return lanes
  }

  async #within(
    limitMs: number,
    wait: (lanes: Lanes<Delivery>) => Promise<void>,
  ): Promise<'drained' | 'limit'> {
    const over = new AbortController()
    const quiet = Promise.all([...this.#lanes.values()].map(wait))
    const result = await Promise.race([
      quiet.then(() => 'drained' as const),
      this.#clock.sleep(limitMs, over.signal).then(() => 'limit' as const),
    ])
    over.abort()
    return result
  }
}

/** Those in the calls that run; of batches, also those of the one that is filled meanwhile. */
function turnsOf({ concurrency, batch }: LoadedPlugin): number {
  return batch === undefined ? concurrency : batch.maxEvents * (concurrency + 1)
}

function backlogOf(slug: string, views: Iterable<LaneView<Delivery>>): Backlog {
  const counts = { lanes: 0, queued: 0, running: 0, waiting: 0, deliveries: 0 }
  let oldest: LaneView<Delivery> | undefined
  let longest: LaneView<Delivery> | undefined
  for (const view of views) {
    const { state } = view
    counts.lanes += 1
    counts[state === 'queued' || state === 'running' ? state : 'waiting'] += 1
    counts.deliveries += view.items
    if (oldest === undefined || timeOf(view) < timeOf(oldest)) oldest = view
    if (view.items > (longest?.items ?? 0)) longest = view
  }
  return { slug, ...counts, oldest, timestampMs: oldest && timeOf(oldest), longest }
}

function timeOf({ head }: LaneView<Delivery>): number {
  return head.wanted.record.timestampMs
}
