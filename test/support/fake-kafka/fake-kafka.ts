import type { RequestType } from '../../../src/kafka/protocol/request.ts'
import {
  type FetchBody,
  fetchRequest,
  type PartitionToFetch,
} from '../../../src/kafka/protocol/requests/fetch.ts'
import { findCoordinatorRequest } from '../../../src/kafka/protocol/requests/find-coordinator.ts'
import {
  type HeartbeatBody,
  heartbeatRequest,
} from '../../../src/kafka/protocol/requests/heartbeat.ts'
import {
  type JoinGroupBody,
  joinGroupRequest,
} from '../../../src/kafka/protocol/requests/join-group.ts'
import { leaveGroupRequest } from '../../../src/kafka/protocol/requests/leave-group.ts'
import {
  EARLIEST,
  type ListOffsetsBody,
  listOffsetsRequest,
} from '../../../src/kafka/protocol/requests/list-offsets.ts'
import { metadataRequest } from '../../../src/kafka/protocol/requests/metadata.ts'
import {
  type OffsetCommitBody,
  offsetCommitRequest,
} from '../../../src/kafka/protocol/requests/offset-commit.ts'
import {
  type OffsetFetchBody,
  offsetFetchRequest,
} from '../../../src/kafka/protocol/requests/offset-fetch.ts'
import {
  type SyncGroupBody,
  syncGroupRequest,
} from '../../../src/kafka/protocol/requests/sync-group.ts'
import type { FetchAnswer } from '../../../src/kafka/records/fetch-answer.ts'
import { splitBatches } from '../../../src/kafka/records/split-batches.ts'
import { getOrInsert } from '../../../src/util/get-or-insert.ts'
import { BrokerSessions } from '../broker-sessions.ts'
import type { ManualClock } from '../manual-clock.ts'
import { CODE } from './codes.ts'
import { FakeGroup } from './group.ts'
import { FakePartition, type FakeTopic } from './topics.ts'

/** What an accepted commit was, for tests that judge it. `from` is the client's name. */
export type OnCommit = (from: string, topic: string, partition: number, offset: number) => void

interface Asked extends Pick<PartitionToFetch, 'offset' | 'leaderEpoch' | 'lastFetchedEpoch'> {
  topicId: string | undefined
}

const EMPTY = Buffer.alloc(0)
const BATCHES_PER_FETCH = 3

/** Brokers, topics and one group in memory. Tests change them while clients use them. */
export class FakeKafka {
  readonly clock: ManualClock
  readonly brokers: Set<number>
  readonly topics = new Map<string, FakeTopic>()
  readonly group: FakeGroup
  /** Undefined while no broker coordinates the group. */
  coordinator: number | undefined
  /** What the coordinator says to each request while it loads the group. */
  isLoading = false
  onCommit: OnCommit = () => undefined
  /** A client is told that the group does not know its member id. */
  onUnknownMember: (from: string) => void = () => undefined
  /** The error code of a partition in a Fetch response, for tests that make brokers lie. */
  fetchCodeOf: (topic: string, partition: number) => number = () => CODE.none
  readonly #waiting = new Set<() => void>()
  readonly #sessions = new Map<number, BrokerSessions>()
  readonly #hanging = new Map<number, PromiseWithResolvers<void>>()
  #ids = 0

  constructor(clock: ManualClock, brokerCount = 2) {
    this.clock = clock
    this.brokers = new Set(Array.from({ length: brokerCount }, (_, i) => i))
    this.coordinator = 0
    this.group = new FakeGroup(clock, () => this.#newId('member'))
  }

  create(topic: string, partitionCount: number): void {
    const topicId = this.#newId('topic')
    this.topics.set(topic, { topicId, partitions: [] })
    this.addPartitions(topic, partitionCount)
  }

  addPartitions(topic: string, count: number): void {
    const { partitions } = this.topics.get(topic)!
    for (let i = 0; i < count; i++) {
      partitions.push(new FakePartition(partitions.length % this.brokers.size))
    }
  }

  /** Its committed offsets go with it. */
  delete(topic: string): void {
    this.topics.delete(topic)
    for (const name of [...this.group.offsets.keys()]) {
      if (name.startsWith(`${topic}/`)) this.group.offsets.delete(name)
    }
    this.wake()
  }

  partition(topic: string, partition: number): FakePartition | undefined {
    return this.topics.get(topic)?.partitions[partition]
  }

  /** Requests that wait for records look again. */
  wake(): void {
    for (const look of [...this.#waiting]) look()
  }

  /** A broker that hangs reads no requests; those on their way wait until it goes on. */
  hang(nodeId: number): void {
    this.#hanging.set(nodeId, this.#hanging.get(nodeId) ?? Promise.withResolvers<void>())
  }

  goOn(nodeId: number): void {
    this.#hanging.get(nodeId)?.resolve()
    this.#hanging.delete(nodeId)
  }

  async whenResponsive(nodeId: number): Promise<void> {
    await this.#hanging.get(nodeId)?.promise
  }

  moveLeader(topic: string, partition: number): void {
    const found = this.partition(topic, partition)
    if (found === undefined) return
    found.moveTo((found.leader + 1) % this.brokers.size)
    this.wake()
  }

  /** Another broker coordinates the group. Joins that wait are told so, or get no response. */
  moveCoordinator(to: number | undefined, isTold: boolean): void {
    this.coordinator = to
    this.group.moved(isTold)
  }

  /** The response; pending for as long as the broker waits. */
  handle<Body, Answer>(
    from: string,
    nodeId: number,
    { apiKey }: RequestType<Body, Answer>,
    body: Body,
  ): Promise<Answer> {
    return this.#answer(from, nodeId, apiKey, body) as Promise<Answer>
  }

  async #answer(from: string, nodeId: number, apiKey: number, body: unknown): Promise<unknown> {
    switch (apiKey) {
      case metadataRequest.apiKey:
        return this.#metadata(body as { topics: readonly string[] })
      case findCoordinatorRequest.apiKey: {
        const node = { nodeId: this.coordinator ?? -1, host: `broker-${this.coordinator}`, port: 1 }
        const errorCode = this.coordinator === undefined ? CODE.noCoordinator : CODE.none
        return { errorCode, ...node }
      }
      case listOffsetsRequest.apiKey:
        return this.#listOffsets(nodeId, body as ListOffsetsBody)
      case fetchRequest.apiKey:
        return this.#fetch(nodeId, body as FetchBody)
      default: {
        const answer = (await this.#askGroup(from, nodeId, apiKey, body)) as { errorCode?: number }
        if (answer.errorCode === CODE.unknownMember) this.onUnknownMember(from)
        return answer
      }
    }
  }

  #askGroup(from: string, nodeId: number, apiKey: number, body: unknown): unknown {
    const { group } = this
    const errorCode = this.#coordinatorCode(nodeId)
    const isRefused = errorCode !== CODE.none
    switch (apiKey) {
      case joinGroupRequest.apiKey: {
        const join = body as JoinGroupBody
        const { memberId } = join
        if (isRefused)
          return { errorCode, generation: -1, protocol: '', leader: '', memberId, members: [] }
        return new Promise((resolve) => group.join(join, resolve))
      }
      case syncGroupRequest.apiKey:
        if (isRefused) return { errorCode, assignment: EMPTY }
        return new Promise((resolve) => group.sync(body as SyncGroupBody, resolve))
      case heartbeatRequest.apiKey:
        return isRefused ? { errorCode } : group.heartbeat(body as HeartbeatBody)
      case leaveGroupRequest.apiKey:
        return isRefused ? { errorCode } : group.leave(body as { memberId: string })
      case offsetFetchRequest.apiKey:
        return this.#offsets(body as OffsetFetchBody, errorCode)
      case offsetCommitRequest.apiKey:
        return this.#commit(from, body as OffsetCommitBody, errorCode)
      default:
        throw new Error(`the fake has no request with the key ${apiKey}`)
    }
  }

  #coordinatorCode(nodeId: number): number {
    if (nodeId !== this.coordinator) return CODE.notCoordinator
    return this.isLoading ? CODE.loading : CODE.none
  }

  #commit(from: string, body: OffsetCommitBody, errorCode: number) {
    if (errorCode !== CODE.none) {
      const refuse = (topic: string) => (each: { partition: number }) => {
        return { topic, partition: each.partition, errorCode }
      }
      return { partitions: body.topics.flatMap((each) => each.partitions.map(refuse(each.topic))) }
    }
    const codeOf = (topic: string, partition: number) =>
      this.partition(topic, partition) === undefined ? CODE.unknownTopic : CODE.none
    const answer = this.group.commit(body, codeOf)
    for (const each of answer.partitions) {
      if (each.errorCode === CODE.none) this.onCommit(from, each.topic, each.partition, each.offset)
    }
    return answer
  }

  #offsets({ topics }: OffsetFetchBody, errorCode: number) {
    const partitions = topics.flatMap(({ topic, partitions: all }) =>
      all.map((partition) => {
        const offset = this.group.offsets.get(`${topic}/${partition}`) ?? -1
        return { topic, partition, errorCode: CODE.none, offset, leaderEpoch: -1 }
      }),
    )
    return { errorCode, partitions: errorCode === CODE.none ? partitions : [] }
  }

  #metadata({ topics }: { topics: readonly string[] }) {
    return {
      brokers: [...this.brokers].map((nodeId) => ({ nodeId, host: `broker-${nodeId}`, port: 1 })),
      topics: topics.map((topic) => {
        const known = this.topics.get(topic)
        if (known === undefined)
          return { errorCode: CODE.unknownTopic, topic, topicId: undefined, partitions: [] }
        const partitions = known.partitions.map(({ leader, leaderEpoch }, partition) => {
          return { errorCode: CODE.none, partition, leader, leaderEpoch }
        })
        return { errorCode: CODE.none, topic, topicId: known.topicId, partitions }
      }),
    }
  }

  #listOffsets(nodeId: number, { topics }: ListOffsetsBody) {
    const partitions = topics.flatMap(({ topic, partitions: all }) =>
      all.map(({ partition, timestampMs }) => {
        const found = this.partition(topic, partition)
        const errorCode = this.#leaderCode(found, nodeId)
        const offset = timestampMs === EARLIEST ? found?.start : found?.end
        return { topic, partition, errorCode, offset: errorCode === CODE.none ? offset! : -1 }
      }),
    )
    return { partitions }
  }

  #leaderCode(found: FakePartition | undefined, nodeId: number): number {
    if (found === undefined) return CODE.unknownTopic
    return found.leader === nodeId ? CODE.none : CODE.notLeader
  }

  /** The fetch sessions of a broker. */
  sessionsOf(nodeId: number): BrokerSessions {
    return getOrInsert(this.#sessions, nodeId, () => new BrokerSessions())
  }

  /** Waits until there are records, or an error, or the wait is over. */
  #fetch(nodeId: number, named: FetchBody): Promise<FetchAnswer> {
    const opened = this.sessionsOf(nodeId).open(named)
    if (opened.type === 'refused') {
      const { errorCode } = opened
      return Promise.resolve({ throttleTimeMs: 0, errorCode, sessionId: 0, topics: [] })
    }
    const { body, respond } = opened
    return new Promise((resolve) => {
      const look = (isLast: boolean) => {
        const answer = this.#read(nodeId, body)
        const all = answer.topics.flatMap(({ partitions }) => partitions)
        const isDue = all.some(
          (each) => each.errorCode !== 0 || each.batches.length > 0 || each.divergence,
        )
        if (!isDue && !isLast) return
        cancel()
        this.#waiting.delete(again)
        resolve(respond(answer))
      }
      const again = () => look(false)
      const cancel = this.clock.after(body.maxWaitMs, () => look(true))
      this.#waiting.add(again)
      again()
    })
  }

  #read(nodeId: number, { topics }: FetchBody): Omit<FetchAnswer, 'sessionId'> {
    const read = topics.map(({ topic, topicId, partitions }) => ({
      topic: topicId ?? topic,
      partitions: partitions.map(({ partition, offset, leaderEpoch, lastFetchedEpoch }) => {
        const found = this.partition(topic, partition)
        const asked = { topicId, offset, leaderEpoch, lastFetchedEpoch }
        const { errorCode, divergence } = this.#judge(topic, partition, nodeId, asked)
        const isReadable = errorCode === CODE.none && divergence === undefined
        const bytes = isReadable ? found!.read(offset, BATCHES_PER_FETCH) : EMPTY
        const end = found?.end ?? -1
        return {
          ...{ partition, errorCode, highWatermark: end, lastStableOffset: end },
          ...{ preferredReadReplica: -1, skipped: new Set<never>() },
          ...splitBatches(bytes),
          ...(divergence && { divergence }),
        }
      }),
    }))
    return { throttleTimeMs: 0, errorCode: CODE.none, topics: read }
  }

  /** A leader compares epochs before it looks for the offset. */
  #judge(topic: string, partition: number, nodeId: number, asked: Asked) {
    const errorCode = this.#fetchCode(topic, partition, nodeId, asked)
    const mayCompare = errorCode === CODE.none || errorCode === CODE.offsetOutOfRange
    if (!mayCompare || asked.lastFetchedEpoch < 0) return { errorCode, divergence: undefined }
    const found = this.partition(topic, partition)
    const divergence = found?.divergenceFrom(asked.offset, asked.lastFetchedEpoch)
    return { errorCode: divergence === undefined ? errorCode : CODE.none, divergence }
  }

  #fetchCode(topic: string, partition: number, nodeId: number, asked: Asked): number {
    const known = this.topics.get(topic)
    if (known === undefined || known.topicId !== asked.topicId) return CODE.unknownTopicId
    const found = known.partitions[partition]
    const leaderCode = this.#leaderCode(found, nodeId)
    if (found === undefined || leaderCode !== CODE.none) return leaderCode
    if (asked.leaderEpoch >= 0 && asked.leaderEpoch < found.leaderEpoch)
      return CODE.fencedLeaderEpoch
    if (asked.leaderEpoch > found.leaderEpoch) return CODE.unknownLeaderEpoch
    const lie = this.fetchCodeOf(topic, partition)
    if (lie !== CODE.none) return lie
    const isInside = asked.offset >= found.start && asked.offset <= found.end
    return isInside ? CODE.none : CODE.offsetOutOfRange
  }

  #newId(what: string): string {
    this.#ids += 1
    return `${what}-${this.#ids}`
  }
}
