import type { HeartbeatBody } from '../../../src/kafka/protocol/requests/heartbeat.ts'
import type {
  JoinGroupAnswer,
  JoinGroupBody,
} from '../../../src/kafka/protocol/requests/join-group.ts'
import type {
  OffsetCommitAnswer,
  OffsetCommitBody,
} from '../../../src/kafka/protocol/requests/offset-commit.ts'
import type {
  SyncGroupAnswer,
  SyncGroupBody,
} from '../../../src/kafka/protocol/requests/sync-group.ts'
import type { Clock } from '../../../src/util/clock.ts'
import { CODE } from './codes.ts'
import { GroupMembers, type StoredMember } from './group-members.ts'

type Respond<Answer> = (answer: Answer) => void
type Identity = Pick<HeartbeatBody, 'memberId' | 'instanceId'>

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

interface Stored {
  generation: number
  protocol: string
  leader: string | undefined
  members: StoredMember[]
}

const NOTHING = Buffer.alloc(0)
/** A new member whose client is gone is removed after that long even while its join waits. */
const NEW_MEMBER_LIMIT_MS = 300_000

/** The classic coordinator of one group, as in Kafka's GroupCoordinator; without an initial delay. */
export class FakeGroup {
  state: GroupState = 'Empty'
  generation = 0
  protocol = ''
  leader: string | undefined
  members = new GroupMembers()
  /** By `topic/partition`. */
  readonly offsets = new Map<string, number>()
  readonly #clock: Pick<Clock, 'after'>
  readonly #newId: () => string
  readonly #pending = new Map<string, () => void>()
  #cancelDelay: () => void = () => undefined
  #stored: Stored = { generation: 0, protocol: '', leader: undefined, members: [] }

  constructor(clock: Pick<Clock, 'after'>, newId: () => string) {
    this.#clock = clock
    this.#newId = newId
  }

  join(body: JoinGroupBody, respond: Respond<JoinGroupAnswer>) {
    const { memberId, instanceId } = body
    if (memberId === '') return this.#joinUnknown(body, respond)
    if (instanceId === null && this.#pending.has(memberId)) {
      if (!this.#supports(body)) return respond(refusal(CODE.inconsistentProtocol, memberId))
      this.#endPending(memberId)
      return this.#add(memberId, body, respond)
    }
    const code = this.members.judge(body)
    if (code !== CODE.none) return respond(refusal(code, memberId))
    if (!this.#supports(body)) return respond(refusal(CODE.inconsistentProtocol, memberId))
    const isSame = this.members.get(memberId).offers(body)
    switch (this.state) {
      case 'PreparingRebalance':
        return this.#rejoin(body, respond)
      case 'CompletingRebalance':
        return isSame ? respond(this.#joined(memberId)) : this.#rejoin(body, respond)
      case 'Stable': {
        const isQuiet = isSame && this.leader !== memberId
        return isQuiet ? respond(this.#joined(memberId)) : this.#rejoin(body, respond)
      }
      case 'Empty':
        return respond(refusal(CODE.unknownMember, memberId))
    }
  }

  sync(body: SyncGroupBody, respond: Respond<SyncGroupAnswer>) {
    const refuse = (errorCode: number) => respond({ errorCode, assignment: NOTHING })
    const code = this.#judge(body)
    if (code !== CODE.none) return refuse(code)
    if (body.protocol !== this.protocol) return refuse(CODE.inconsistentProtocol)
    const member = this.members.get(body.memberId)
    switch (this.state) {
      case 'Empty':
        return refuse(CODE.unknownMember)
      case 'PreparingRebalance':
        return refuse(CODE.rebalancing)
      case 'Stable':
        member.mustSync = false
        this.#expect(body.memberId)
        return respond({ errorCode: CODE.none, assignment: member.assignment })
      case 'CompletingRebalance': {
        member.sync = respond
        member.mustSync = false
        if (this.leader !== body.memberId) return
        const shares = new Map(body.assignments.map((each) => [each.memberId, each.assignment]))
        for (const each of this.members) each.assignment = shares.get(each.id) ?? NOTHING
        this.state = 'Stable'
        this.#store()
        this.#answerSyncs(CODE.none)
      }
    }
  }

  heartbeat(body: HeartbeatBody): { errorCode: number } {
    const errorCode = this.#judge(body)
    if (errorCode !== CODE.none) return { errorCode }
    this.#expect(body.memberId)
    return { errorCode: this.state === 'PreparingRebalance' ? CODE.rebalancing : CODE.none }
  }

  leave({ memberId }: { memberId: string }): { errorCode: number } {
    if (this.#pending.has(memberId)) {
      this.#endPending(memberId)
      this.#tryComplete()
    } else if (this.members.has(memberId)) this.#remove(memberId)
    return { errorCode: CODE.none }
  }

  commit(body: OffsetCommitBody, errorOf: (topic: string, partition: number) => number) {
    const code = this.#judge(body)
    const isKnown = code === CODE.none
    if (isKnown) this.#expect(body.memberId)
    const refused = isKnown && this.state === 'CompletingRebalance' ? CODE.rebalancing : code
    const partitions = body.topics.flatMap(({ topic, partitions: all }) =>
      all.map(({ partition, offset }) => {
        const errorCode = refused === CODE.none ? errorOf(topic, partition) : refused
        if (errorCode === CODE.none) this.offsets.set(`${topic}/${partition}`, offset)
        return { topic, partition, errorCode, offset }
      }),
    )
    return { partitions } satisfies OffsetCommitAnswer
  }

  /** Another broker loads the group: what was not stored is gone, and who waits is told, or not. */
  moved(isTold: boolean) {
    for (const { join, sync, id } of this.members) {
      if (!isTold) continue
      join?.(refusal(CODE.notCoordinator, id))
      sync?.({ errorCode: CODE.notCoordinator, assignment: NOTHING })
    }
    this.#cancelDelay()
    for (const cancel of this.#pending.values()) cancel()
    this.#pending.clear()
    this.members.clear()
    const { generation, protocol, leader, members } = this.#stored
    Object.assign(this, { generation, protocol, leader })
    for (const each of members) this.members.restore(each)
    this.state = members.length > 0 ? 'Stable' : 'Empty'
    for (const { id } of this.members) this.#expect(id)
  }

  #joinUnknown(body: JoinGroupBody, respond: Respond<JoinGroupAnswer>) {
    if (!this.#supports(body)) return respond(refusal(CODE.inconsistentProtocol, ''))
    const memberId = this.#newId()
    const { instanceId, sessionTimeoutMs } = body
    if (instanceId === null) {
      const expire = () => {
        this.#pending.delete(memberId)
        this.#tryComplete()
      }
      this.#pending.set(memberId, this.#clock.after(sessionTimeoutMs, expire))
      return respond(refusal(CODE.memberIdRequired, memberId))
    }
    const known = this.members.withInstance(instanceId)
    if (known === undefined) return this.#add(memberId, body, respond)
    this.#replace(known.id, memberId, body, respond)
  }

  /** A static member was restarted: in a stable group, it gets what the one before it had. */
  #replace(oldId: string, id: string, body: JoinGroupBody, respond: Respond<JoinGroupAnswer>) {
    const before = this.members.get(oldId)
    before.join?.(refusal(CODE.fencedInstance, oldId))
    before.sync?.({ errorCode: CODE.fencedInstance, assignment: NOTHING })
    const member = this.members.rename(oldId, id)
    if (this.leader === oldId) this.leader = id
    member.update(body)
    member.join = respond
    this.#expect(id)
    if (this.state === 'PreparingRebalance') return this.#tryComplete()
    const isSame = this.members.commonProtocol() === this.protocol
    if (this.state !== 'Stable' || !isSame) return this.#prepare()
    this.#store()
    this.#answerJoin(id, { ...this.#joined(id), skipAssignment: this.leader === id })
  }

  #add(id: string, body: JoinGroupBody, respond: Respond<JoinGroupAnswer>) {
    const member = this.members.add(id, body)
    member.join = respond
    member.cancelExpiry = this.#clock.after(NEW_MEMBER_LIMIT_MS, () => this.#remove(id))
    this.#prepare()
  }

  #rejoin(body: JoinGroupBody, respond: Respond<JoinGroupAnswer>) {
    const member = this.members.get(body.memberId)
    member.update(body)
    member.join = respond
    this.#prepare()
  }

  #prepare() {
    if (this.state !== 'PreparingRebalance') {
      if (this.state === 'CompletingRebalance') {
        for (const each of this.members) each.assignment = NOTHING
        this.#answerSyncs(CODE.rebalancing)
      }
      this.state = 'PreparingRebalance'
      this.#delay(() => this.#complete())
    }
    this.#tryComplete()
  }

  #tryComplete() {
    if (this.state !== 'PreparingRebalance' || this.#pending.size > 0) return
    if ([...this.members].every(({ join }) => join !== undefined)) this.#complete()
  }

  /** Those that did not join in time are removed; static ones stay until their session ends. */
  #complete() {
    this.#cancelDelay()
    for (const { id, join, instanceId } of [...this.members]) {
      if (join === undefined && instanceId === null) this.members.remove(id)
    }
    const waiting = [...this.members].filter(({ join }) => join !== undefined)
    if (waiting.length === 0 && this.members.size > 0) return this.#delay(() => this.#complete())
    this.generation += 1
    if (waiting.length === 0) {
      Object.assign(this, { state: 'Empty', protocol: '', leader: undefined })
      return this.#store()
    }
    if (!waiting.some(({ id }) => id === this.leader)) this.leader = waiting[0]!.id
    this.protocol = this.members.commonProtocol()
    this.state = 'CompletingRebalance'
    for (const each of this.members) each.mustSync = true
    this.#delay(() => this.#expireSyncs())
    for (const { id } of [...this.members]) this.#answerJoin(id, this.#joined(id))
  }

  /** Who was told of the generation must ask for its assignment in time. */
  #expireSyncs() {
    const late = [...this.members].filter(({ mustSync }) => mustSync)
    if (late.length === 0) return
    for (const { id } of late) this.members.remove(id)
    this.#prepare()
  }

  #remove(id: string) {
    this.members.get(id).join?.(refusal(CODE.unknownMember, id))
    this.members.remove(id)
    if (this.state === 'PreparingRebalance') this.#tryComplete()
    else if (this.state !== 'Empty') this.#prepare()
  }

  /** The session begins anew. One whose join or sync waits does not expire meanwhile. */
  #expect(id: string) {
    const member = this.members.get(id)
    member.cancelExpiry()
    member.cancelExpiry = this.#clock.after(member.sessionTimeoutMs, () => {
      if (member.join === undefined && member.sync === undefined) this.#remove(id)
    })
  }

  #answerJoin(id: string, answer: JoinGroupAnswer) {
    const member = this.members.get(id)
    const { join } = member
    member.join = undefined
    this.#expect(id)
    join?.(answer)
  }

  #answerSyncs(errorCode: number) {
    for (const member of this.members) {
      const { sync } = member
      if (sync === undefined) continue
      member.sync = undefined
      this.#expect(member.id)
      sync({ errorCode, assignment: errorCode === CODE.none ? member.assignment : NOTHING })
    }
  }

  #joined(memberId: string): JoinGroupAnswer {
    const { generation, protocol, leader = '' } = this
    const members = leader === memberId ? this.members.metadata(protocol) : []
    const skipAssignment = false
    return { errorCode: CODE.none, generation, protocol, leader, skipAssignment, memberId, members }
  }

  #judge({ generation, ...who }: Identity & { generation: number }): number {
    const code = this.members.judge(who)
    if (code !== CODE.none) return code
    return generation === this.generation ? CODE.none : CODE.illegalGeneration
  }

  #supports({ protocols, memberId }: JoinGroupBody): boolean {
    const others = [...this.members].filter(({ id }) => id !== memberId)
    return protocols.some(({ name }) => others.every((each) => each.has(name)))
  }

  #delay(callback: () => void) {
    this.#cancelDelay()
    const limits = [...this.members].map(({ rebalanceTimeoutMs }) => rebalanceTimeoutMs)
    this.#cancelDelay = this.#clock.after(Math.max(...limits, 0), callback)
  }

  #endPending(id: string) {
    this.#pending.get(id)?.()
    this.#pending.delete(id)
  }

  #store() {
    const { generation, protocol, leader } = this
    this.#stored = { generation, protocol, leader, members: this.members.stored() }
  }
}

function refusal(errorCode: number, memberId: string): JoinGroupAnswer {
  const nothing = { generation: -1, protocol: '', leader: '', skipAssignment: false, members: [] }
  return { errorCode, memberId, ...nothing }
}
