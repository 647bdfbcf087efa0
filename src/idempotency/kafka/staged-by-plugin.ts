import { getOrInsert } from '../../util/get-or-insert.ts'
import type { Staged } from '../staged.ts'
import { StagedDeliveries } from './staged-deliveries.ts'
import type { StagedTotal } from './staged-total.ts'

/** What is staged of one owned partition, by plugin. */
export class StagedByPlugin {
  readonly #total: StagedTotal
  #byPlugin = new Map<string, StagedDeliveries>()
  /** The time of the newest mark or state that was read when the partition was opened. */
  newestMs = 0

  constructor(total: StagedTotal) {
    this.#total = total
  }

  get isEmpty(): boolean {
    return this.#byPlugin.size === 0
  }

  of(plugin: string): StagedDeliveries {
    return getOrInsert(this.#byPlugin, plugin, () => new StagedDeliveries(this.#total, plugin))
  }

  /** They are being committed, and nothing is staged any more. */
  take(): ReadonlyMap<string, StagedDeliveries> {
    const taken = this.#byPlugin
    for (const deliveries of taken.values()) deliveries.leave()
    this.#byPlugin = new Map()
    return taken
  }

  /** They were not committed, and belong below what came since. */
  putBack(plugin: string, deliveries: StagedDeliveries): void {
    this.of(plugin).prepend(deliveries)
  }
}

export interface StagedPlace {
  topic: string
  partition: number
  staged: StagedByPlugin
  /** Whether the ownership that it was staged in continues. */
  isOwned(): boolean
}

/** Everything that is staged; undefined if there is nothing. `withheld` is kept up to date. */
export function takeStaged(
  places: Iterable<StagedPlace>,
  withheld: Map<string, Error>,
): Staged | undefined {
  const taken = [...places].flatMap((place) =>
    [...place.staged.take()].map(([plugin, deliveries]) => ({ place, plugin, deliveries })),
  )
  if (taken.length === 0) {
    withheld.clear()
    return undefined
  }
  return {
    partitions: taken.map(({ place: { topic, partition, staged }, deliveries }) => {
      return { ...deliveries.packed(topic, partition), newestMs: staged.newestMs }
    }),
    putBack(plugins) {
      for (const { place, plugin, deliveries } of taken) {
        const isMeant = plugins === undefined || plugins.has(plugin)
        if (isMeant && place.isOwned()) place.staged.putBack(plugin, deliveries)
      }
    },
    withheld: new Set(withheld.keys()),
    withhold(plugins) {
      withheld.clear()
      for (const [slug, error] of plugins) withheld.set(slug, error)
    },
  }
}
