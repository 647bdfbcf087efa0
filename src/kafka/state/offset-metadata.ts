import type { Kafka } from 'kafkajs'
import { withRequestLimit } from '../client/request-limit.ts'

/** A committed offset and its metadata. */
export interface CommittedOffset {
  /** -1 if the group has never committed. */
  offset: number
  text: string
}

interface Coordinator {
  offsetFetch(request: object): Promise<{
    responses: { partitions: { offset: string; metadata: string | null }[] }[]
  }>
  offsetCommit(request: object): Promise<unknown>
}

interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  refreshMetadata(): Promise<void>
  findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>
}

type CreateCluster = (options: object) => Cluster

/** How a client that is not a member commits; Kafka accepts it while the group has no members. */
const NO_MEMBER = { groupGenerationId: -1, memberId: '' }

/**
 * Reads and writes the metadata that Kafka stores with the offsets of a group without members.
 * kafkajs's public API cannot write it, so this uses its internal cluster object; a test against
 * the pinned version guards that.
 */
export class OffsetMetadata {
  #kafka: Kafka
  #groupId: string
  #limitMs: number
  #cluster: Promise<Cluster> | undefined

  constructor(kafka: Kafka, groupId: string, limitMs: number) {
    this.#kafka = kafka
    this.#groupId = groupId
    this.#limitMs = limitMs
  }

  /** Rejects with KAFKA_UNAVAILABLE. */
  read(topic: string, partition: number): Promise<CommittedOffset> {
    return this.#request(
      `read the offset metadata of ${topic}/${partition}`,
      async (coordinator, groupId) => {
        const topics = [{ topic, partitions: [{ partition }] }]
        const { responses } = await coordinator.offsetFetch({ groupId, topics })
        const { offset, metadata } = responses[0]!.partitions[0]!
        return { offset: Number(offset), text: metadata ?? '' }
      },
    )
  }

  /** Rejects with KAFKA_UNAVAILABLE; the metadata may have been written all the same. */
  write(topic: string, partition: number, { offset, text }: CommittedOffset): Promise<void> {
    return this.#request(
      `write the offset metadata of ${topic}/${partition}`,
      async (coordinator, groupId) => {
        const topics = [{ topic, partitions: [{ partition, offset: `${offset}`, metadata: text }] }]
        await coordinator.offsetCommit({ groupId, ...NO_MEMBER, topics })
      },
    )
  }

  async close(): Promise<void> {
    const cluster = this.#cluster
    this.#cluster = undefined
    await cluster?.then((each) => each.disconnect()).catch(() => undefined)
  }

  async #request<T>(
    doing: string,
    work: (coordinator: Coordinator, groupId: string) => Promise<T>,
  ): Promise<T> {
    const groupId = this.#groupId
    const run = async () => {
      this.#cluster ??= connect(this.#kafka)
      const cluster = await this.#cluster
      return work(await cluster.findGroupCoordinator({ groupId }), groupId)
    }
    try {
      return await withRequestLimit(run(), `${doing} in group ${groupId}`, this.#limitMs)
    } catch (error) {
      // The next attempt uses a new connection, and this one cannot write after it.
      void this.close()
      throw error
    }
  }
}

async function connect(kafka: Kafka): Promise<Cluster> {
  const cluster = clusterOf(kafka)
  await cluster.connect()
  await cluster.refreshMetadata()
  return cluster
}

function clusterOf(kafka: Kafka): Cluster {
  const own = Object.getOwnPropertySymbols(kafka)
  const key = own.find(({ description }) => description === 'private:Kafka:createCluster')
  const create = (kafka as unknown as Record<symbol, CreateCluster>)[key as symbol]
  if (create === undefined)
    throw new Error('unknown kafkajs version: the Kafka object has no createCluster')
  return create({ allowAutoTopicCreation: false })
}
