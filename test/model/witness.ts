import { decodeAssignment } from '../../src/kafka/member/subscription.ts'
import type { Epoch } from '../../src/pipeline/source.ts'
import { redriveInputOf } from '../../src/topics/names.ts'
import type { Member } from './member.ts'
import { type Call, TOPIC, type World } from './world.ts'

/** Several sessions. */
const UNSURE_MS = 15_000

/** Looks at processes, brokers and marks from outside, and notes what must not be. */
export class Witness {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** A partition may have one owner at a time; what a frozen process holds does not count. */
  opens(member: Member, { partition }: Epoch): void {
    if (!member.counts) return
    for (const other of this.#others(member)) {
      if (!other.open.has(partition)) continue
      this.#note(`${member.name} opens ${partition}, which ${other.name} holds`)
    }
  }

  /** Who holds what it still may, after it was frozen. */
  wakes(member: Member): void {
    for (const other of this.#others(member)) {
      for (const partition of member.open.keys()) {
        if (other.open.has(partition))
          this.#note(`${member.name} woke with ${partition}, which ${other.name} holds`)
      }
    }
  }

  calls({ member, id, key, partition }: Omit<Call, 'end'>): void {
    if (!member.counts) return
    for (const other of this.#world.calls) {
      if (!other.member.counts) continue
      const isElsewhere = other.member !== member && other.partition === partition
      if (other.key === key || other.id === id || isElsewhere)
        this.#note(`call of ${id} by ${member.name} overlaps ${other.id} by ${other.member.name}`)
    }
  }

  /**
   * A partition that the group leaves with a member is not stopped. Where requests were lost, or the
   * coordinator has gone, a member may be unsure of its membership for a while, and stop for that.
   */
  closes(member: Member, { topic, partition }: Epoch): void {
    const { kafka, clock, disturbedAtMs } = this.#world
    if (clock.elapsedMs() - disturbedAtMs < UNSURE_MS) return
    if (member.mayLoseAll || !kafka.group.members.has(member.id)) return
    // A redrive partition begins anew with its input.
    const input = redriveInputOf(topic) ?? topic
    if (kafka.topics.get(input)?.topicId !== member.topicIds.get(`${input}/${partition}`)) return
    const assigned = decodeAssignment(kafka.group.members.get(member.id).assignment)
    if (assigned.some((each) => each.topic === topic && each.partition === partition))
      this.#note(`${member.name} stopped ${topic}/${partition}, which the group left with it`)
  }

  committed(from: string, partition: number, offset: number): void {
    const { members, logs, marks, effects } = this.#world
    const member = members.find(({ name }) => name === from)
    for (const other of this.#others(member)) {
      if (other.open.has(partition))
        this.#note(`${from} committed ${partition}, which ${other.name} holds`)
    }
    // The request does not say which of two topics of one name it means.
    if (this.#isOfFormerTopic(member, partition, offset)) {
      this.#world.staleCommit(partition, offset)
      return
    }
    const before = this.#world.committed[partition] ?? -1
    if (offset < before) this.#note(`offset of ${partition} fell from ${before} to ${offset}`)
    this.#world.committed[partition] = offset
    for (const record of logs[partition] ?? []) {
      if (record.offset >= offset || this.#world.isExcused(record, partition)) continue
      if (!effects.isCompleted(record, partition))
        this.#note(`committed ${offset} of ${partition} above unfinished ${record.offset}`)
      if (!marks.has(record.id))
        this.#note(`committed ${offset} of ${partition} above unmarked ${record.offset}`)
    }
  }

  #isOfFormerTopic(member: Member | undefined, partition: number, offset: number): boolean {
    const { incarnation, kafka } = this.#world
    const epoch = member?.open.get(partition)
    if (epoch === undefined) return incarnation > 1
    const topicId = member?.topicIds.get(`${TOPIC}/${partition}`)
    return topicId !== kafka.topics.get(TOPIC)?.topicId || offset > epoch.ledger.watermark
  }

  #others(member: Member | undefined): Member[] {
    return this.#world.members.filter((each) => each !== member && each.counts)
  }

  #note(problem: string): void {
    this.#world.problems.push(`${this.#world.clock.now()} ms: ${problem}`)
  }
}
