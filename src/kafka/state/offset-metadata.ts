import type { Kafka } from 'kafkajs'
import { withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from '../client/errors.ts'

/** A committed offset and the text beside it. */
export interface CommittedOffset {
  /** -1 if nothing was ever committed. */
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

/** What Kafka takes from whoever is no member, as long as the group has none. */
const NO_MEMBER = { groupGenerationId: -1, memberId: '' }

/**
 * Reads and writes the text that Kafka keeps with the offsets of a group without members. kafkajs
 * offers no commit to those who have not joined, so its own cluster is asked; a test against the
 * pinned version guards that.
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
    return this.#ask(`read the notes of ${topic}/${partition}`, async (coordinator, groupId) => {
      const topics = [{ topic, partitions: [{ partition }] }]
      const { responses } = await coordinator.offsetFetch({ groupId, topics })
      const { offset, metadata } = responses[0]!.partitions[0]!
      return { offset: Number(offset), text: metadata ?? '' }
    })
  }

  /** Rejects with KAFKA_UNAVAILABLE; then it may be written all the same. */
  write(topic: string, partition: number, { offset, text }: CommittedOffset): Promise<void> {
    return this.#ask(`write the notes of ${topic}/${partition}`, async (coordinator, groupId) => {
      const topics = [{ topic, partitions: [{ partition, offset: `${offset}`, metadata: text }] }]
      await coordinator.offsetCommit({ groupId, ...NO_MEMBER, topics })
    })
  }

  async close(): Promise<void> {
    const cluster = this.#cluster
    this.#cluster = undefined
    await cluster?.then((each) => each.disconnect()).catch(() => undefined)
  }

  async #ask<T>(
    doing: string,
    work: (coordinator: Coordinator, groupId: string) => Promise<T>,
  ): Promise<T> {
    const groupId = this.#groupId
    const ask = async () => {
      this.#cluster ??= connect(this.#kafka)
      const cluster = await this.#cluster
      return work(await cluster.findGroupCoordinator({ groupId }), groupId)
    }
    const late = () => new Error(`no answer within ${this.#limitMs / 1000} s`)
    try {
      return await withTimeout(ask(), this.#limitMs, late)
    } catch (error) {
      // The next try begins anew, and nothing of this one is written after it.
      void this.close()
      throw kafkaError(error, `${doing} in group ${groupId}`)
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
  if (create === undefined) throw new Error('this version of kafkajs has no cluster to ask')
  return create({ allowAutoTopicCreation: false })
}
