import { BrokerError, errorTypeOf } from '../protocol/broker-error.ts'
import { heartbeatRequest } from '../protocol/requests/heartbeat.ts'
import { type JoinGroupAnswer, joinGroupRequest } from '../protocol/requests/join-group.ts'
import { leaveGroupRequest } from '../protocol/requests/leave-group.ts'
import { type OffsetToCommit, offsetCommitRequest } from '../protocol/requests/offset-commit.ts'
import { type CommittedOffset, offsetFetchRequest } from '../protocol/requests/offset-fetch.ts'
import { syncGroupRequest } from '../protocol/requests/sync-group.ts'
import { byTopic } from '../wire/by-topic.ts'
import type { TopicPartition } from './assigner/balance.ts'
import { Coordinator } from './coordinator.ts'
import { isInPlace, type Plan } from './is-in-place.ts'
import { faultOf } from './member-fault.ts'
import { MEMBER_HINTS } from './member-hints.ts'
import type { Joined, MemberIdentity, MemberOptions, Refusal } from './member-options.ts'
import { isCooperative, memberOf, planOf, protocolsOf } from './protocols.ts'
import { decodeAssignment, encodeAssignment } from './subscription.ts'

/** A broker waits for the other members that long, and a little more. */
const JOIN_GRACE_MS = 10_000
const REQUEST_LIMIT_MS = 10_000
const LEAVE_LIMIT_MS = 2_000
const NO_GENERATION = -1

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
  /** When the last request was sent that the coordinator answered while no rebalance was under way. */
  #settledAtMs = 0
  /** The partition counts that the assignment was made from, if this member made it. */
  #planned: ReadonlyMap<string, number> | undefined

  constructor(options: MemberOptions) {
    this.#options = options
    this.#coordinator = new Coordinator(options.cluster, { type: 'group', key: options.groupId })
  }

  get isKnown(): boolean {
    return this.#generation !== NO_GENERATION
  }

  /** The group has removed this member. A later join is that of another one. */
  forgetIdentity(): void {
    this.#memberId = ''
    this.expire()
  }

  /**
   * The group may have removed this member, but has not said so: a later join says who it was, so that
   * no successor of a static member is replaced, and the group waits for nobody who is gone.
   */
  expire(): void {
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
    const joined = await this.#joinGroup(claims, reason)
    // The session of a new member begins. One that holds partitions is confirmed by its heartbeats
    // alone: a process that was frozen may read this response when it is out of date.
    if (!this.isKnown) this.#confirmed(this.#options.nowMs())
    this.#memberId = joined.memberId
    this.#generation = joined.generation
    const isLeader = joined.leader === joined.memberId
    this.#planned = undefined
    const plan = isLeader ? await this.#plan(joined) : undefined
    const assignments = joined.skipAssignment ? [] : [...(plan?.shares ?? [])]
    const { groupId, instanceId, nowMs } = this.#options
    const sentAtMs = nowMs()
    const identity = this.identity
    const body = {
      ...{ groupId, instanceId: instanceId ?? null, protocol: joined.protocol },
      ...{ generation: joined.generation, memberId: joined.memberId },
      assignments: assignments.map(([memberId, share]) => {
        return { memberId, assignment: encodeAssignment(share) }
      }),
    }
    const limitMs = this.#options.rebalanceTimeoutMs + JOIN_GRACE_MS
    const synced = await this.#send('join', syncGroupRequest, body, limitMs)
    if (!this.#isStill(identity)) throw outdated('an assignment')
    this.#judge(synced.errorCode, 'get the assignment')
    this.#confirmed(sentAtMs)
    this.#assignedIn = joined.generation
    const assigned = decodeAssignment(synced.assignment)
    const isOutdated =
      joined.skipAssignment && plan !== undefined && !isInPlace(plan, joined.memberId, assigned)
    return { assigned, isOutdated, isCooperative: isCooperative(joined.protocol) }
  }

  /** Resolves when the coordinator has confirmed the member. */
  async heartbeat(limitMs: number): Promise<void> {
    const sentAtMs = this.#options.nowMs()
    const identity = this.identity
    const { errorCode } = await this.#send('group', heartbeatRequest, identity, limitMs)
    // What is said of an earlier membership says nothing of this one.
    if (!this.#isStill(identity)) return
    const error = this.#errorOf(errorCode, 'send a heartbeat')
    const isSynced = this.#assignedIn === this.#generation
    if (error === undefined && isSynced) return this.#confirmed(sentAtMs)
    if (error === undefined || error.type === 'REBALANCE_IN_PROGRESS')
      this.#confirmedInRebalance(sentAtMs)
    if (error !== undefined) throw error
  }

  #confirmed(sentAtMs: number): void {
    this.#settledAtMs = sentAtMs
    this.#options.onConfirmed(sentAtMs)
  }

  /**
   * To be asked to join again is a confirmation, too, and so is any response before the assignment is
   * there; but not for longer than the group waits for a join, or for a member to ask for its assignment:
   * then it continues without this member, whose request may have got lost.
   */
  #confirmedInRebalance(sentAtMs: number): void {
    const { onConfirmed, rebalanceTimeoutMs, sessionTimeoutMs } = this.#options
    onConfirmed(Math.min(sentAtMs, this.#settledAtMs + rebalanceTimeoutMs - sessionTimeoutMs))
  }

  /** Resolves with the partitions that were refused, and why; the others are committed. */
  async commit(offsets: readonly (TopicPartition & OffsetToCommit)[]): Promise<Refusal[]> {
    const identity = this.identity
    const body = { ...identity, topics: byTopic(offsets) }
    const { partitions } = await this.#send('commit', offsetCommitRequest, body, REQUEST_LIMIT_MS)
    if (!this.#isStill(identity)) throw outdated('a commit')
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
    const { groupId, requiresStable: requireStable = false } = this.#options
    const body = { groupId, topics, requireStable }
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
  async #plan({ protocol, members }: JoinGroupAnswer): Promise<Plan> {
    const group = members.map(({ memberId, metadata }) => memberOf(protocol, memberId, metadata))
    const topics = [...new Set(group.flatMap((member) => member.topics))]
    await this.#options.cluster.want(topics)
    const widths = new Map(topics.map((topic) => [topic, this.#widthOf(topic)]))
    this.#planned = widths
    return { shares: planOf(protocol, group, widths), group }
  }

  #widthOf(topic: string): number {
    return this.#options.cluster.topic(topic)?.partitions.size ?? 0
  }

  /** As of the generation that it has joined last. */
  get identity(): MemberIdentity {
    const { groupId, instanceId } = this.#options
    return {
      ...{ groupId, instanceId: instanceId ?? null },
      ...{ generation: this.#generation, memberId: this.#memberId },
    }
  }

  #isStill({ memberId, generation }: { memberId: string; generation: number }): boolean {
    return memberId === this.#memberId && generation === this.#generation
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
    const error = new BrokerError(errorCode, doing, MEMBER_HINTS[errorTypeOf(errorCode)])
    if (faultOf(error) === 'coordinator') this.#coordinator.forget()
    return error
  }
}

function outdated(what: string): Error {
  return new Error(`the response to ${what} is that of an earlier membership`)
}
