import type {
  JoinGroupAnswer,
  JoinGroupBody,
} from '../../../src/kafka/protocol/requests/join-group.ts'
import type { SyncGroupAnswer } from '../../../src/kafka/protocol/requests/sync-group.ts'
import { CODE } from './codes.ts'

/** What survives a change of the coordinator. */
export interface StoredMember {
  id: string
  body: JoinGroupBody
  assignment: Buffer
}

/** A member as the coordinator knows it. */
export class GroupMemberState {
  id: string
  assignment: Buffer = Buffer.alloc(0)
  /** Answers its join, which waits for the others. */
  join: ((answer: JoinGroupAnswer) => void) | undefined
  /** Answers its sync, which waits for the leader's. */
  sync: ((answer: SyncGroupAnswer) => void) | undefined
  /** It was told of the generation and has not asked for its assignment. */
  mustSync = false
  cancelExpiry: () => void = () => undefined
  #body: JoinGroupBody

  constructor(id: string, body: JoinGroupBody) {
    this.id = id
    this.#body = body
  }

  get instanceId(): string | null {
    return this.#body.instanceId
  }

  get sessionTimeoutMs(): number {
    return this.#body.sessionTimeoutMs
  }

  get rebalanceTimeoutMs(): number {
    return this.#body.rebalanceTimeoutMs
  }

  get stored(): StoredMember {
    return { id: this.id, body: this.#body, assignment: this.assignment }
  }

  get protocols(): JoinGroupBody['protocols'] {
    return this.#body.protocols
  }

  has(protocol: string): boolean {
    return this.protocols.some(({ name }) => name === protocol)
  }

  /** Whether it offers the same protocols with the same metadata. */
  offers({ protocols }: JoinGroupBody): boolean {
    if (protocols.length !== this.protocols.length) return false
    return protocols.every(({ name, metadata }, i) => {
      const known = this.protocols[i]
      return known?.name === name && known.metadata.equals(metadata)
    })
  }

  update(body: JoinGroupBody): void {
    this.#body = body
  }
}

export class GroupMembers {
  #byId = new Map<string, GroupMemberState>()

  get size(): number {
    return this.#byId.size
  }

  [Symbol.iterator](): IterableIterator<GroupMemberState> {
    return this.#byId.values()
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  /** Throws for an unknown id: `judge` comes first. */
  get(id: string): GroupMemberState {
    const member = this.#byId.get(id)
    if (member === undefined) throw new Error(`the group has no member ${id}`)
    return member
  }

  withInstance(instanceId: string): GroupMemberState | undefined {
    return [...this].find((each) => each.instanceId === instanceId)
  }

  /** The error code for a request of this member. */
  judge({ memberId, instanceId }: { memberId: string; instanceId: string | null }): number {
    if (instanceId === null) return this.has(memberId) ? CODE.none : CODE.unknownMember
    const known = this.withInstance(instanceId)
    if (known === undefined) return CODE.unknownMember
    return known.id === memberId ? CODE.none : CODE.fencedInstance
  }

  add(id: string, body: JoinGroupBody): GroupMemberState {
    const member = new GroupMemberState(id, body)
    this.#byId.set(id, member)
    return member
  }

  restore({ id, body, assignment }: StoredMember): void {
    this.add(id, body).assignment = assignment
  }

  rename(oldId: string, id: string): GroupMemberState {
    const member = this.get(oldId)
    member.cancelExpiry()
    member.sync = undefined
    this.#byId.delete(oldId)
    member.id = id
    this.#byId.set(id, member)
    return member
  }

  remove(id: string): void {
    this.#byId.get(id)?.cancelExpiry()
    this.#byId.delete(id)
  }

  clear(): void {
    for (const { id } of [...this]) this.remove(id)
  }

  /** The first protocol of the first member that all have: the fake does not count votes. */
  commonProtocol(): string {
    const [first] = this
    const all = [...this]
    return first?.protocols.find(({ name }) => all.every((each) => each.has(name)))?.name ?? ''
  }

  metadata(protocol: string): JoinGroupAnswer['members'] {
    return [...this].map(({ id, protocols }) => {
      const { metadata } = protocols.find(({ name }) => name === protocol)!
      return { memberId: id, metadata }
    })
  }

  stored(): StoredMember[] {
    return [...this].map(({ stored }) => stored)
  }
}
