import type { Cluster, Leader, Topic } from '../../src/kafka/protocol/cluster.ts'
import type { FetchBody, PartitionToFetch } from '../../src/kafka/protocol/requests/fetch.ts'
import type { FetchAnswer, FetchedPartition } from '../../src/kafka/records/fetch-answer.ts'
import { type FetchedBatch, splitBatches } from '../../src/kafka/records/split-batches.ts'
import type { Clock } from '../../src/util/clock.ts'
import { getOrInsert } from '../../src/util/get-or-insert.ts'
import { BrokerSessions } from './broker-sessions.ts'
import { settled } from './manual-clock.ts'
import { plainRecord, recordBatch } from './record-batches.ts'

export const TOPIC_ID = '1'.repeat(32)

/** A fetch request of one partition, and what it is responded with. */
export interface AskedPartition extends PartitionToFetch {
  topic: string
  nodeId: number
  atMs: number
}

export type Respond = (asked: AskedPartition) => Partial<FetchedPartition> | undefined

/**
 * Partitions of the topic `events`, each with a leader, in place of a cluster. `respond` gives what a
 * broker has of a partition: undefined for nothing, after it has waited as the request says. `requests`
 * have all partitions of their fetch session, named or not.
 */
export function fakeCluster(clock: Pick<Clock, 'elapsedMs' | 'sleep'>, partitions: number) {
  const leaders = new Map<number, Leader>()
  for (let partition = 0; partition < partitions; partition++) {
    leaders.set(partition, { nodeId: 1, epoch: 5 })
  }
  const topics = new Map<string, Topic>([['events', { topicId: TOPIC_ID, partitions: leaders }]])
  const listeners = new Set<() => void>()
  const sessions = new Map<number, BrokerSessions>()
  const requests: { nodeId: number; body: FetchBody; atMs: number }[] = []
  const state = {
    leaders,
    topics,
    requests,
    refreshes: 0,
    errorCode: 0,
    respond: (() => undefined) as Respond,
    onRefreshed() {},
    fails: undefined as Error | undefined,
  }

  async function fetch(nodeId: number, named: FetchBody): Promise<FetchAnswer> {
    const opened = getOrInsert(sessions, nodeId, () => new BrokerSessions()).open(named)
    const body = opened.type === 'open' ? opened.body : named
    requests.push({ nodeId, body, atMs: clock.elapsedMs() })
    // As over a network: others run meanwhile.
    await settled()
    if (state.fails !== undefined) throw state.fails
    const errorCode = opened.type === 'refused' ? opened.errorCode : state.errorCode
    const head = { throttleTimeMs: 0, errorCode }
    if (opened.type === 'refused' || errorCode !== 0) return { ...head, sessionId: 0, topics: [] }
    const attempt = () => responses(nodeId, body)
    let topics = attempt()
    if (!topics.some(({ hasSomething }) => hasSomething)) {
      await clock.sleep(body.maxWaitMs)
      topics = attempt()
    }
    return opened.respond({
      ...head,
      topics: topics.map(({ topic, partitions }) => ({ topic, partitions })),
    })
  }

  function responses(nodeId: number, body: FetchBody) {
    return body.topics.map(({ topic, topicId, partitions: asked }) => {
      const found = asked.map((each) => {
        return { each, has: state.respond({ ...each, topic, nodeId, atMs: clock.elapsedMs() }) }
      })
      return {
        topic: topicId ?? topic,
        hasSomething: found.some(({ has }) => has !== undefined),
        partitions: found.map(({ each, has }) => fetched(each.partition, has ?? {})),
      }
    })
  }

  const cluster = {
    topic: (name: string) => topics.get(name),
    leaderOf: (name: string, partition: number) => topics.get(name)?.partitions.get(partition),
    missing: new Map<string, string>(),
    async refresh() {
      state.refreshes += 1
      state.onRefreshed()
      for (const listener of listeners) listener()
    },
    onRefresh: (listener: () => void) => void listeners.add(listener),
    send: (nodeId: number, _purpose: string, _request: unknown, body: FetchBody) =>
      fetch(nodeId, body),
  }
  return Object.assign(state, { cluster: cluster as unknown as Cluster })
}

function fetched(partition: number, has: Partial<FetchedPartition>): FetchedPartition {
  const nothing = { errorCode: 0, batches: [], skipped: new Set<FetchedBatch>() }
  const ends = { highWatermark: 0, lastStableOffset: 0, preferredReadReplica: -1 }
  return { partition, ...nothing, ...ends, ...has }
}

/** A batch with a record at each offset from `from` on. */
export function batchAt(from: number, count = 1, options: object = {}): Buffer {
  const records = Array.from({ length: count }, (_, n) => plainRecord(n, `${from + n}`))
  return recordBatch(records, { baseOffset: from, ...options })
}

/** What a broker returns of a partition that holds these batches. */
export function holding(...batches: Buffer[]): Partial<FetchedPartition> {
  return splitBatches(Buffer.concat(batches))
}
