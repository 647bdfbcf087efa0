import { setTimeout as sleep } from 'node:timers/promises'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { InventoryEvent } from '../../src/event/event.ts'
import { partitionOfKey } from '../../src/kafka/producer/murmur2.ts'
import { openPublisher } from '../../src/publish/open-publisher.ts'
import { createLogger } from '../../src/util/logger.ts'
import type { Cluster } from '../faults/cluster.ts'

/** Publishes events evenly over partitions, over the entities of each, and over time. */
export interface Load {
  acknowledged: ReadonlySet<string>
  /** Publishes all at once. Resolves when each is acknowledged. */
  publish(count: number): Promise<void>
  start(perSecond: number): void
  /** Stops, and resolves when everything is acknowledged. Rejects if publishing failed. */
  stop(): Promise<void>
  close(): Promise<void>
}

const TICK_MS = 50
const ENTITIES_PER_PARTITION = 20
/** Larger batches would have to wait for room in the publisher's queue. */
const BATCH = 500

export async function openLoad(
  { config }: Cluster,
  topic: string,
  partitions: number,
): Promise<Load> {
  const topics = { inventory: topic, plugin: topic }
  const publisher = await openPublisher(config, {
    contract: builtInContract(),
    topics,
    log: createLogger('silent'),
  })
  const entities = evenEntities(partitions)
  const acknowledged = new Set<string>()
  let count = 0
  let stopNow: () => Promise<void> = async () => undefined

  function next(): InventoryEvent {
    const entityId = entities[count % entities.length]!
    count += 1
    const ids = { id: `${topic}-${count}`, transactionId: String(count), flowId: 'flow' }
    return { ...ids, kind: 'inventory.destroyed', time: new Date().toISOString(), entityId }
  }

  async function publish(wanted: number): Promise<void> {
    for (let left = wanted; left > 0; left -= BATCH) {
      const events = Array.from({ length: Math.min(left, BATCH) }, next)
      await publisher.publish(events)
      for (const { id } of events) acknowledged.add(id)
    }
  }

  async function keepUp(perSecond: number, stopped: AbortSignal): Promise<void> {
    const startedAtMs = Date.now()
    let published = 0
    while (!stopped.aborted) {
      const due = Math.floor(((Date.now() - startedAtMs) * perSecond) / 1_000)
      await publish(due - published)
      published = due
      await sleep(TICK_MS, undefined, { signal: stopped }).catch(() => undefined)
    }
  }

  return {
    acknowledged,
    publish,
    start(perSecond) {
      const stopped = new AbortController()
      const ended = keepUp(perSecond, stopped.signal)
      // Reported by `stop`, which may be called much later.
      ended.catch(() => undefined)
      stopNow = async () => {
        stopped.abort()
        await ended
      }
    },
    stop: () => stopNow(),
    close: () => publisher.close(),
  }
}

/** Keys of all partitions in turn, the same number for each. */
function evenEntities(partitions: number): string[] {
  const found = Array.from({ length: partitions }, (): string[] => [])
  for (let n = 0; found.some(({ length }) => length < ENTITIES_PER_PARTITION); n++) {
    const entity = `entity-${n}`
    const keys = found[partitionOfKey(entity, partitions)]!
    if (keys.length < ENTITIES_PER_PARTITION) keys.push(entity)
  }
  return Array.from({ length: ENTITIES_PER_PARTITION }, (_, i) => i).flatMap((i) =>
    found.map((keys) => keys[i]!),
  )
}
