import { setTimeout as sleep } from 'node:timers/promises'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { Random } from '../../src/dev/workload/random.ts'
import type { InventoryEvent, Node } from '../../src/event/event.ts'
import { type OpenPublisher, openPublisher } from '../../src/publish/open-publisher.ts'
import { messageOf } from '../../src/util/errors.ts'
import { createLogger } from '../../src/util/logger.ts'

import type { Cluster } from './cluster.ts'

export interface LoadOptions {
  cluster: Cluster
  topic: string
  random: Random
  perSecond: number
}

export interface Load {
  topic: string
  /** Starts or continues publishing, with a new publisher. */
  start(): Promise<void>
  /** Stops publishing and waits until each event has been acknowledged or refused. */
  stop(): Promise<void>
  acknowledged: ReadonlySet<string>
  refused: readonly string[]
}

const TICK_MS = 50
const ENTITIES = 200

/** Publishes events of many entities with the project's publisher, even while brokers are down. */
export function createLoad({ cluster, topic, random, perSecond }: LoadOptions): Load {
  const acknowledged = new Set<string>()
  const refused: string[] = []
  const next = eventsFor(topic, random)
  let stopNow: () => Promise<void> = async () => undefined

  async function publish(publisher: OpenPublisher, events: InventoryEvent[]): Promise<void> {
    try {
      await publisher.publish(events)
      for (const { id } of events) acknowledged.add(id)
    } catch (error) {
      refused.push(messageOf(error))
    }
  }

  async function tick(publisher: OpenPublisher, stopped: AbortSignal): Promise<void> {
    const underWay = new Set<Promise<void>>()
    const startedAtMs = Date.now()
    let published = 0
    while (!stopped.aborted) {
      const due = Math.floor(((Date.now() - startedAtMs) * perSecond) / 1_000)
      if (due > published) {
        const done = publish(publisher, Array.from({ length: due - published }, next))
        underWay.add(done)
        void done.finally(() => underWay.delete(done))
      }
      published = due
      await sleep(TICK_MS, undefined, { signal: stopped }).catch(() => undefined)
    }
    await Promise.all(underWay)
    await publisher.close()
  }

  return {
    topic,
    acknowledged,
    refused,
    async start() {
      const topics = { inventory: topic, plugin: topic }
      const publisher = await openPublisher(cluster.config, {
        contract: builtInContract(),
        topics,
        log: createLogger('silent'),
      })
      const stopped = new AbortController()
      const ended = tick(publisher, stopped.signal)
      stopNow = async () => {
        stopped.abort()
        await ended
      }
    },
    stop: () => stopNow(),
  }
}

/** Moves and destructions; `transactionId` is the sequence number within the entity. */
function eventsFor(name: string, random: Random): () => InventoryEvent {
  const counts = new Map<string, number>()
  let count = 0
  return () => {
    const entity = `entity-${random.below(ENTITIES)}`
    const n = (counts.get(entity) ?? 0) + 1
    counts.set(entity, n)
    count += 1
    const kind = random.below(3) === 0 ? 'inventory.destroyed' : 'inventory.moved'
    return eventOf(kind, { id: `${name}-${count}`, transactionId: String(n) }, entity)
  }
}

function eventOf(
  kind: 'inventory.destroyed' | 'inventory.moved',
  ids: { id: string; transactionId: string },
  entityId: string,
): InventoryEvent {
  const base = { ...ids, time: new Date().toISOString(), flowId: 'flow' }
  if (kind === 'inventory.destroyed') return { ...base, kind, entityId }
  const entity = { id: entityId, name: entityId, productId: 'product' }
  const from: Node = { id: 'bay', name: 'Bay', type: 'stage' }
  const to: Node = { id: 'store', name: 'Store', type: 'stage' }
  return { ...base, kind, entity, from, to }
}
