import type { Consumer } from 'kafkajs'

const NOT_COORDINATOR = 'NOT_COORDINATOR_FOR_GROUP'

/**
 * Whether kafkajs commits to a broker that is no longer the group's coordinator. When the group
 * moves to another broker that knows the member, heartbeats continue there; but if a join failed
 * while the new coordinator was loading, kafkajs commits to the old one for ever. Only a join
 * corrects that.
 */
export class StaleCoordinator {
  #isStale = false

  get isStale(): boolean {
    return this.#isStale
  }

  listen(consumer: Pick<Consumer, 'on' | 'events'>): void {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#isStale = false
    })
  }

  commitFailed(error: unknown): void {
    const { type } = (error ?? {}) as { type?: unknown }
    if (type === NOT_COORDINATOR) this.#isStale = true
  }
}
