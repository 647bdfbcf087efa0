import { BrokerError, errorTypeOf } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { heartbeatRequest } from '../protocol/requests/heartbeat.ts'
import { type JoinGroupAnswer, joinGroupRequest } from '../protocol/requests/join-group.ts'
import { leaveGroupRequest } from '../protocol/requests/leave-group.ts'
import { offsetCommitRequest } from '../protocol/requests/offset-commit.ts'
import { type CommittedOffset, offsetFetchRequest } from '../protocol/requests/offset-fetch.ts'
import { syncGroupRequest } from '../protocol/requests/sync-group.ts'
import { byTopic } from '../wire/by-topic.ts'
import type { TopicPartition } from './assigner/balance.ts'
import { Coordinator } from './coordinator.ts'
import { faultOf } from './member-fault.ts'
import { isCooperative, memberOf, planOf, protocolsOf, type RebalanceMode } from './protocols.ts'
import { decodeAssignment, encodeAssignment } from './subscription.ts'

export interface MemberOptions {
  cluster: Cluster
  groupId: string
  /** Of a static member: the group keeps its partitions for it while it is restarted. */
  instanceId: string | undefined
  topics: readonly string[]
  mode: RebalanceMode
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  /** The coordinator confirmed that this is a member. `sentAtMs`: when it was asked, monotonic. */
  onConfirmed(sentAtMs: number): void
  nowMs(): number
}

export interface Joined {
  assigned: TopicPartition[]
  /** Whether the leader, which this member is, must join again to have its plan assigned. */
  isOutdated: boolean
  /** Whether a partition that another member holds is assigned to nobody until it is handed over. */
  isCooperative: boolean
}

/** A broker waits for the other members that long, and a little more. */
const JOIN_GRACE_MS = 10_000
const REQUEST_LIMIT_MS = 10_000
const LEAVE_LIMIT_MS = 2_000
const NO_GENERATION = -1
const UNKNOWN_EPOCH = -1

/**
 * The requests of a group's member, with the identity that the group gave it. Each is sent once and
 * rejects with a BrokerError or as `Cluster.send` does; `faultOf` says what that calls for. One join
 * is under way at a time.
 */
export class GroupMember {
  readonly #options: MemberOptions
  readonly #coordinator: Coordinator
  #memberId = ''
  /** Of the last join that was answered. */
  #generation = NO_GENERATION
  /** Of the last assignment that was received: claims are only as new as that. */
  #assignedIn = NO_GENERATION
  /** The partition counts that the assignment was made from, if this member made it. */
  #planned: ReadonlyMap<string, number> | undefined

  constructor(options: MemberOptions) {
    this.#options = options
    this.#coordinator = new Coordinator(options.cluster, options.groupId)
  }

  get isKnown(): boolean {
    return this.#generation !== NO_GENERATION
  }

  /** The group has removed this member. A later join is that of another one. */
  forgetIdentity(): void {
    this.#memberId = ''
    this.#generation = NO_GENERATION
    this.#assignedIn = NO_GENERATION
    this.#planned = undefined
  }

  /** Whether this member leads the group and topics have other partition counts by now. */
  get isPlanOutdated(): boolean {
    const planned = this.#planned
    if (planned === undefined) return false
    return [...planned].some(([topic, count]) => this.#widthOf(topic) !== count)
  }

  /** Joins with claims on the partitions that this member holds, and gets its assignment. */
  async join(claims: readonly TopicPartition[], reason: string): Promise<Joined> {
    const wasKnown = this.isKnown
    const joined = await this.#joinGroup(claims, reason)
    // The session of a new member begins. One that holds partitions is confirmed by its heartbeats
    // alone: a process that was frozen may read this response when it is out of date.
    if (!wasKnown) this.#options.onConfirmed(this.#options.nowMs())
    this.#memberId = joined.memberId
    this.#generation = joined.generation
    const isLeader = joined.leader === joined.memberId
    const plan = isLeader ? await this.#plan(joined) : undefined
    const assignments = joined.skipAssignment ? [] : [...(plan ?? [])]
    const { groupId, instanceId, nowMs, onConfirmed } = this.#options
    const sentAtMs = nowMs()
    const body = {
      ...{ groupId, instanceId: instanceId ?? null, protocol: joined.protocol },
      ...{ generation: joined.generation, memberId: joined.memberId },
      assignments: assignments.map(([memberId, share]) => {
        return { memberId, assignment: encodeAssignment(share) }
      }),
    }
    const limitMs = this.#options.rebalanceTimeoutMs + JOIN_GRACE_MS
    const synced = await this.#send('join', syncGroupRequest, body, limitMs)
    this.#judge(synced.errorCode, 'get the assignment')
    onConfirmed(sentAtMs)
    this.#assignedIn = joined.generation
    const assigned = decodeAssignment(synced.assignment)
    const planned = plan?.get(joined.memberId)
    return {
      assigned,
      isOutdated: planned !== undefined && !isSameSet(planned, assigned),
      isCooperative: isCooperative(joined.protocol),
    }
  }

  /** Resolves when the coordinator has confirmed the member. */
  async heartbeat(limitMs: number): Promise<void> {
    const sentAtMs = this.#options.nowMs()
    const { errorCode } = await this.#send('group', heartbeatRequest, this.#identity, limitMs)
    const error = this.#errorOf(errorCode, 'send a heartbeat')
    // To be asked to join again is a confirmation, too.
    if (error === undefined || faultOf(error) === 'rejoin') this.#options.onConfirmed(sentAtMs)
    if (error !== undefined) throw error
  }

  /** Resolves with the partitions that were refused, and why; the others are committed. */
  async commit(offsets: readonly (TopicPartition & { offset: number })[]): Promise<Refusal[]> {
    const known = offsets.map((each) => ({ ...each, leaderEpoch: UNKNOWN_EPOCH }))
    const body = { ...this.#identity, topics: byTopic(known) }
    const { partitions } = await this.#send('group', offsetCommitRequest, body, REQUEST_LIMIT_MS)
    const refused = partitions.filter(({ errorCode }) => errorCode !== 0)
    return refused.map(({ topic, partition, errorCode }) => {
      const error = this.#errorOf(errorCode, `commit an offset of ${topic}/${partition}`)!
      return { topic, partition, error }
    })
  }

  /** The group's committed offsets, each with its own error code. */
  async committed(partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    const topics = byTopic(partitions).map(({ topic, partitions: all }) => {
      return { topic, partitions: all.map(({ partition }) => partition) }
    })
    const body = { groupId: this.#options.groupId, topics }
    const answer = await this.#send('offsets', offsetFetchRequest, body, REQUEST_LIMIT_MS)
    this.#judge(answer.errorCode, 'read the committed offsets')
    return answer.partitions
  }

  /** A static member stays: the group waits for its restart until the session ends. */
  async leave(): Promise<void> {
    if (this.#memberId === '' || this.#options.instanceId !== undefined) return
    const body = { groupId: this.#options.groupId, memberId: this.#memberId }
    await this.#send('group', leaveGroupRequest, body, LEAVE_LIMIT_MS)
    this.forgetIdentity()
  }

  async #joinGroup(claims: readonly TopicPartition[], reason: string): Promise<JoinGroupAnswer> {
    const { groupId, instanceId, topics, mode, sessionTimeoutMs, rebalanceTimeoutMs } =
      this.#options
    const subscription = { topics, owned: claims, generation: this.#assignedIn }
    const body = {
      ...{ groupId, sessionTimeoutMs, rebalanceTimeoutMs, reason },
      instanceId: instanceId ?? null,
      protocols: protocolsOf(mode, subscription),
    }
    const limitMs = rebalanceTimeoutMs + JOIN_GRACE_MS
    const memberId = this.#memberId
    const answer = await this.#send('join', joinGroupRequest, { ...body, memberId }, limitMs)
    if (this.#errorOf(answer.errorCode, '')?.type === 'MEMBER_ID_REQUIRED') {
      // Kept even if the next request fails: the group waits for this id.
      this.#memberId = answer.memberId
      return this.#joinGroup(claims, reason)
    }
    this.#judge(answer.errorCode, `join group ${groupId}`)
    return answer
  }

  /** Who gets what. Also topics that this member does not read, which a newer version may add. */
  async #plan({ protocol, members }: JoinGroupAnswer) {
    const group = members.map(({ memberId, metadata }) => memberOf(protocol, memberId, metadata))
    const topics = [...new Set(group.flatMap((member) => member.topics))]
    await this.#options.cluster.want(topics)
    const widths = new Map(topics.map((topic) => [topic, this.#widthOf(topic)]))
    this.#planned = widths
    return planOf(protocol, group, widths)
  }

  #widthOf(topic: string): number {
    return this.#options.cluster.topic(topic)?.partitions.size ?? 0
  }

  get #identity() {
    const { groupId, instanceId } = this.#options
    return {
      ...{ groupId, instanceId: instanceId ?? null },
      ...{ generation: this.#generation, memberId: this.#memberId },
    }
  }

  get #send() {
    return this.#coordinator.send.bind(this.#coordinator)
  }

  #judge(errorCode: number, doing: string): void {
    const error = this.#errorOf(errorCode, doing)
    if (error !== undefined) throw error
  }

  #errorOf(errorCode: number, doing: string): BrokerError | undefined {
    if (errorCode === 0) return undefined
    const error = new BrokerError(errorCode, doing, HINTS[errorTypeOf(errorCode)])
    if (faultOf(error) === 'coordinator') this.#coordinator.forget()
    return error
  }
}

/** What to do about an error, by its type. */
const HINTS: Readonly<Record<string, string>> = {
  INCONSISTENT_GROUP_PROTOCOL:
    'other members rebalance in another way; set KAFKA_REBALANCE_MODE=eager as long as replicas of version 0.2 are in the group',
  INVALID_SESSION_TIMEOUT:
    'SESSION_TIMEOUT_MS is outside the range of the brokers, group.min.session.timeout.ms to group.max.session.timeout.ms',
  FENCED_INSTANCE_ID: 'another process has this KAFKA_GROUP_INSTANCE_ID',
  GROUP_MAX_SIZE_REACHED: 'the group has as many members as group.max.size allows',
}

export interface Refusal extends TopicPartition {
  error: BrokerError
}

function isSameSet(a: readonly TopicPartition[], b: readonly TopicPartition[]): boolean {
  const names = new Set(a.map(({ topic, partition }) => `${topic}/${partition}`))
  return a.length === b.length && b.every((each) => names.has(`${each.topic}/${each.partition}`))
}
