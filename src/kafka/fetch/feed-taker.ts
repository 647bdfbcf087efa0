import type { Epoch, Obstacle } from '../../pipeline/source.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'
import type { Feed, Portion } from './feed.ts'
import type { Taken } from './take-batches.ts'

export interface TakerPorts {
  /** `isCurrent`: as below, for the feed that they were fetched for. */
  takeBatches(epoch: Epoch, fetched: FetchedPartition, isCurrent: () => boolean): Promise<Taken>
  /** Whether the feed is still fetched: another one of the same epoch may have taken its place. */
  isCurrent(feed: Feed): boolean
  /** More can be fetched of it. */
  onRoom(feed: Feed): void
  /** Why nothing is fetched of the partition; undefined once something is again. */
  onObstacle(epoch: Epoch, obstacle: Obstacle | undefined): void
  /** A defect, or a batch that this process cannot decompress: the service must end. */
  onFailure(error: Error): void
}

/** Has what was fetched of partitions taken, of each partition one answer after the other. */
export class FeedTaker {
  readonly #ports: TakerPorts

  constructor(ports: TakerPorts) {
    this.#ports = ports
  }

  /**
   * Takes what the feed holds, unless that is under way. The feed has room at once, and the taking begins
   * when the next request has gone out.
   */
  take(feed: Feed): void {
    const first = feed.next()
    if (first !== undefined) setImmediate(() => void this.#takeAll(feed, first))
  }

  async #takeAll(feed: Feed, first: Portion): Promise<void> {
    for (let next: Portion | undefined = first; next !== undefined; next = feed.next()) {
      this.#ports.onRoom(feed)
      try {
        const isCurrent = () => this.#ports.isCurrent(feed)
        this.#taken(feed, await this.#ports.takeBatches(feed.epoch, next.fetched, isCurrent))
      } catch (error) {
        this.#ports.onFailure(error as Error)
        return
      } finally {
        next.release()
      }
    }
  }

  /** Fetches nothing of it until the obstacle is cleared. */
  block(feed: Feed, obstacle: Obstacle): void {
    feed.block(obstacle)
    this.#ports.onObstacle(feed.epoch, obstacle)
    void this.#unblock(feed, obstacle)
  }

  #taken(feed: Feed, taken: Taken): void {
    feed.done()
    switch (taken.type) {
      case 'taken':
        break
      case 'ended':
        feed.rewind()
        break
      case 'obstacle':
        this.block(feed, taken.obstacle)
    }
  }

  async #unblock(feed: Feed, { cleared }: Obstacle): Promise<void> {
    await cleared
    feed.unblock()
    if (!this.#ports.isCurrent(feed)) return
    this.#ports.onObstacle(feed.epoch, undefined)
    this.#ports.onRoom(feed)
  }
}
