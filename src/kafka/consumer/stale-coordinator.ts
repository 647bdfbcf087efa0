import type { Consumer } from 'kafkajs'

const NOT_COORDINATOR = 'NOT_COORDINATOR_FOR_GROUP'

/**
 * Whether the group's coordinator has to be looked for anew. It may pass to another broker and know
 * the member there: then heartbeats go on, and kafkajs, whose join failed while the new one was
 * loading, would commit to the old one for ever. Only a join gives its commits the new one.
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
