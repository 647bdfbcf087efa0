import type { Kafka } from 'kafkajs'
import { timeAfter } from '../../event/time/time-after.ts'
import type { KeptState, KeptStates, StateQuery } from '../../idempotency/kept-states.ts'
import { stateTopicOf } from '../../topics/names.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { withAdmin } from '../admin/topic-admin.ts'
import { openCluster } from '../client/client.ts'
import { createProducer } from '../producer/producer.ts'
import { LogReader } from '../reader/log-reader.ts'
import { transactionsEnded } from '../reader/transactions-ended.ts'

/** What is sent at once when states are reset. */
const SENT_MAX = 1_000

export interface KeptStatesOptions {
  kafka: Kafka
  groupId: string
  /** The input topics. */
  topics: readonly string[]
}

/** The states in a group's state topics. Rejects with TOPIC_MISSING if there are none. */
export async function keptInKafka({
  kafka,
  groupId,
  topics,
}: KeptStatesOptions): Promise<KeptStates> {
  const existing = await withAdmin(kafka, (admin) => admin.list())
  const inputs = topics.filter((topic) => existing.includes(stateTopicOf(topic, groupId)))
  if (inputs.length === 0) throw missing(topics, groupId)
  const names = inputs.map((topic) => stateTopicOf(topic, groupId))
  const cluster = openCluster(kafka, clock)
  const reader = new LogReader({ cluster, clock, topics: names })
  await reader.start()

  /** In Kafka a key is in one partition, so each is read by itself, and holds the last of each key. */
  async function readPartition(
    input: string,
    partition: number,
    lost: AbortSignal,
    see: (plugin: string, key: Buffer) => boolean,
  ): Promise<Map<string, KeptState>> {
    const topic = stateTopicOf(input, groupId)
    // Of what a killed replica left open, it must be known whether it counts.
    await transactionsEnded([{ topic, partition }], lost, { cluster, clock })
    const last = new Map<string, KeptState>()
    await reader.read({
      ...{ topic, partition, lost },
      onRecord({ key, value, timestampMs }) {
        const name = key?.toString('latin1') ?? ''
        const split = name.indexOf('\u0000')
        const plugin = name.slice(0, Math.max(0, split))
        const entity = Buffer.from(name.slice(split + 1), 'latin1')
        if (!see(plugin, entity)) return
        if (value === null) last.delete(name)
        else {
          const text = value.toString()
          last.set(name, { plugin, topic: input, key: entity, text, atMs: timestampMs })
        }
      },
    })
    return last
  }

  function placesOf({ topic, partition }: StateQuery) {
    return inputs
      .filter((input) => topic === undefined || input === topic)
      .flatMap((input) => {
        const known = cluster.topic(stateTopicOf(input, groupId))?.partitions.keys() ?? []
        return [...known]
          .filter((each) => partition === undefined || each === partition)
          .map((each) => ({ input, partition: each }))
      })
  }

  async function read(
    query: StateQuery,
    onPartition: (partition: number, states: Iterable<KeptState>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const seen = new Set<string>()
    for (const { input, partition } of placesOf(query)) {
      const states = await readPartition(input, partition, signal, (plugin, key) => {
        seen.add(plugin)
        return (
          (query.plugin === undefined || query.plugin === plugin) &&
          (query.key === undefined || query.key.equals(key))
        )
      })
      await onPartition(partition, states.values())
    }
    return seen
  }

  return {
    read(query, onState, signal) {
      const forEach = async (_: number, states: Iterable<KeptState>) => {
        for (const state of states) await onState(state)
      }
      return read(query, forEach, signal)
    },
    async reset(query, signal) {
      const producer = await createProducer(kafka)
      let count = 0
      try {
        await read(
          query,
          async (partition, states) => {
            const cleared = [...states].map(({ plugin, topic, key: entity, atMs }) => {
              const key = Buffer.from(`${plugin}\u0000${entity.toString('latin1')}`, 'latin1')
              const timestampMs = timeAfter(clock.now(), atMs)
              return { topic, record: { key, value: null, partition, timestampMs } }
            })
            for (let from = 0; from < cleared.length; from += SENT_MAX) {
              const some = cleared.slice(from, from + SENT_MAX)
              const records = some.map(({ record }) => record)
              await producer.send(stateTopicOf(some[0]!.topic, groupId), records)
              count += records.length
            }
          },
          signal,
        )
      } finally {
        await producer.close()
      }
      return count
    },
    close: async () => reader.close(),
  }
}

function missing(topics: readonly string[], groupId: string): InventoryEventsError {
  const names = topics.map((topic) => stateTopicOf(topic, groupId)).join(' or ')
  return new InventoryEventsError(
    'TOPIC_MISSING',
    `topic ${names} does not exist, so no plugin of group ${groupId} has state`,
  )
}
