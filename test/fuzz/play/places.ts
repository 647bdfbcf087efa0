import { waitUntil } from '../../../src/dev/stack/process/poll.ts'
import { retryRequest } from '../../../src/kafka/client/retry-request.ts'
import type { World } from '../world/world.ts'

const POLL_MS = 15

/** Committed offset and end of each partition of the input. */
export interface Progress {
  partition: number
  committed: number
  end: number
}

/** How far the group has come. */
export class Places {
  #world: World

  constructor(world: World) {
    this.#world = world
  }

  async progress(): Promise<Progress[]> {
    const { admin, groupId, topic } = this.#world
    const [groups, ends] = await Promise.all([
      // A coordinator that has just been elected refuses the first requests.
      retryRequest(() => admin.fetchOffsets({ groupId, topics: [topic] })),
      admin.fetchTopicOffsets(topic),
    ])
    const committed = new Map(
      groups[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
    )
    return ends.map(({ partition, low, high }) => {
      const offset = committed.get(partition) ?? -1
      return { partition, committed: Math.max(offset, Number(low)), end: Number(high) }
    })
  }

  /**
   * Waits until the group has committed every partition's end. Gives up when nothing was committed for
   * `patienceMs`, or the process has ended, and returns the partitions that are left.
   */
  async reachEnds(patienceMs: number): Promise<Progress[]> {
    let left = await this.#left()
    let movedAtMs = Date.now()
    const isDone = async () => {
      const now = await this.#left()
      if (sumOf(now) !== sumOf(left)) movedAtMs = Date.now()
      left = now
      const isOver = this.#world.service.ended() !== undefined
      return left.length === 0 || isOver || Date.now() - movedAtMs > patienceMs
    }
    await waitUntil(isDone, { timeoutMs: Number.MAX_SAFE_INTEGER, intervalMs: POLL_MS })
    return left
  }

  async #left(): Promise<Progress[]> {
    return (await this.progress()).filter(({ committed, end }) => committed < end)
  }
}

function sumOf(progress: readonly Progress[]): number {
  return progress.reduce((sum, { committed, end }) => sum + end - committed, 0)
}
