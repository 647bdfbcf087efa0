import { partitionName } from '../../event/record.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import type { Cluster, Leader } from '../protocol/cluster.ts'
import type { Feed } from './feed.ts'

/** A feed, and the epoch of the leader that it is fetched from. */
export interface LedFeed {
  feed: Feed
  leaderEpoch: number
}

/** Who leads which feeds. */
interface Leaders {
  byNode: Map<number, LedFeed[]>
  leaderless: Feed[]
}

const NONE: readonly LedFeed[] = []

/** The feeds that are fetched, in the order in which they are served, and who leads them. */
export class Feeds {
  readonly #cluster: Pick<Cluster, 'topic' | 'leaderOf'>
  readonly #byName = new Map<string, Feed>()
  /** Undefined once feeds, their order or the cluster have changed: an idle loop asks twice a second. */
  #leaders: Leaders | undefined

  constructor(cluster: Pick<Cluster, 'topic' | 'leaderOf'>) {
    this.#cluster = cluster
  }

  get(place: TopicPartition): Feed | undefined {
    return this.#byName.get(partitionName(place))
  }

  all(): Feed[] {
    return [...this.#byName.values()]
  }

  set(feed: Feed): void {
    this.#byName.set(partitionName(feed.epoch), feed)
    this.#leaders = undefined
  }

  delete(feed: Feed): void {
    this.#byName.delete(partitionName(feed.epoch))
    this.#leaders = undefined
  }

  /** Brokers fill a response in the order of the request: who was served is served last next time. */
  toTheEnd(feed: Feed): void {
    this.delete(feed)
    this.set(feed)
  }

  /** After each refresh of the cluster. */
  refreshed(): void {
    this.#leaders = undefined
  }

  leaders(): number[] {
    return [...this.#known().byNode.keys()]
  }

  ledBy(nodeId: number): readonly LedFeed[] {
    return this.#known().byNode.get(nodeId) ?? NONE
  }

  /** Those without a leader, and those of topics that are gone, or were created again. */
  leaderless(): readonly Feed[] {
    return this.#known().leaderless
  }

  /** Whether its topic is there: others see to one that is gone, or was created again. */
  hasTopic({ epoch: { topic }, topicId }: Feed): boolean {
    const known = this.#cluster.topic(topic)
    return known !== undefined && known.topicId === topicId
  }

  /** Undefined also for a topic that was created again: its offsets belong to other records. */
  leaderOf(feed: Feed): Leader | undefined {
    const { topic, partition } = feed.epoch
    return this.hasTopic(feed) ? this.#cluster.leaderOf(topic, partition) : undefined
  }

  #known(): Leaders {
    this.#leaders ??= this.#find()
    return this.#leaders
  }

  #find(): Leaders {
    const byNode = new Map<number, LedFeed[]>()
    const leaderless: Feed[] = []
    for (const feed of this.#byName.values()) {
      const leader = this.leaderOf(feed)
      if (leader === undefined) {
        leaderless.push(feed)
        continue
      }
      const led = getOrInsert(byNode, leader.nodeId, () => [])
      led.push({ feed, leaderEpoch: leader.epoch })
    }
    return { byNode, leaderless }
  }
}
