import type { DeadLetter } from '../../src/dead-letter/dead-letter.ts'
import { redriveTopicOf } from '../../src/topics/names.ts'
import { FakeKafka } from '../support/fake-kafka/fake-kafka.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { Effects } from './effects.ts'
import { Member, type MemberOptions } from './member.ts'
import { Witness } from './witness.ts'

export const TOPIC = 'events'
export const PARTITIONS = 2
export const PARTITIONS_MAX = 4
const SLOTS = 3

export interface LogRecord {
  offset: number
  key: string
  id: string
  content: number
}

export interface Mark {
  fingerprint: string
  by: Member
  /** When it could be read by others, in the order of what happens. */
  at: number
}

export interface Call {
  member: Member
  id: string
  key: string
  partition: number
  offset: number
  end(how: 'ok' | 'fail' | 'skip' | 'reject' | 'delay' | 'delay-uncounted'): void
}

/** What goes wrong with the next request of a kind. */
export interface Trouble {
  request: string
  kind: 'lost-request' | 'lost-response' | 'cut' | 'slow'
}

/** The brokers and everything that survives a process: logs, offsets, marks, dead letters, effects. */
export class World {
  readonly clock = new ManualClock()
  readonly kafka = new FakeKafka(this.clock)
  readonly witness = new Witness(this)
  readonly effects = new Effects(this)
  logs: LogRecord[][] = []
  /** By partition. */
  committed: number[] = []
  /** By partition: what was committed of the topic before counts for this one as well. */
  #excusedBelow: number[] = []
  /** Counts how often the topic was created. */
  incarnation = 0
  /** The processes that should run, and those that a static successor has replaced while frozen. */
  readonly slots: (Member | undefined)[] = Array.from({ length: SLOTS }, () => undefined)
  readonly replaced: Member[] = []
  marks = new Map<string, Mark>()
  letters: DeadLetter[] = []
  declined = new Set<string>()
  calls = new Set<Call>()
  broken = { store: false, deadLetters: false }
  troubles: Trouble[] = []
  /** When the network or the coordinator last failed. */
  disturbedAtMs = Number.NEGATIVE_INFINITY
  problems: string[] = []
  /** Orders what happens. */
  turn = 0
  readonly #random: () => number
  readonly #optionsOf: (slot: number) => MemberOptions
  #memberCount = 0

  constructor(seed: number, optionsOf: (slot: number) => MemberOptions) {
    this.#random = mulberry32(seed)
    this.#optionsOf = optionsOf
    this.create(PARTITIONS)
    this.kafka.onCommit = (from, topic, partition, offset) => {
      if (topic === TOPIC) this.witness.committed(from, partition, offset)
    }
    this.kafka.onUnknownMember = (from) => {
      const member = this.members.find(({ name }) => name === from)
      if (member !== undefined) member.id = ''
    }
    this.start(0)
    this.start(1)
  }

  get members(): Member[] {
    return [...this.slots, ...this.replaced].filter((each) => each !== undefined)
  }

  get partitionCount(): number {
    return this.logs.length
  }

  /** A process is started. */
  start(slot: number): void {
    this.#memberCount += 1
    const member = new Member(this, `process-${this.#memberCount}`, this.#optionsOf(slot))
    this.slots[slot] = member
    void member.start()
  }

  create(partitionCount: number): void {
    this.incarnation += 1
    this.logs = Array.from({ length: partitionCount }, () => [])
    this.committed = []
    this.#excusedBelow = []
    this.kafka.create(TOPIC, partitionCount)
    if (!this.kafka.topics.has(redriveTopicOf(TOPIC)))
      this.kafka.create(redriveTopicOf(TOPIC), partitionCount)
  }

  delete(): void {
    this.logs = []
    this.kafka.delete(TOPIC)
  }

  widen(): void {
    this.kafka.addPartitions(TOPIC, 1)
    const redrives = this.kafka.topics.get(redriveTopicOf(TOPIC))!.partitions.length
    this.logs.push([])
    if (redrives < this.partitionCount) this.kafka.addPartitions(redriveTopicOf(TOPIC), 1)
  }

  /** Appends one batch, which may end with offsets that were compacted away. */
  append(partition: number, records: LogRecord[], gap: number): void {
    this.logs[partition]?.push(...records)
    const written = records.map((record) => ({
      ...{ timestampDeltaMs: 0, headers: [] },
      ...{ key: Buffer.from(record.key), value: bytesOf(record) },
    }))
    this.kafka.partition(TOPIC, partition)?.append(written, gap)
    this.kafka.wake()
  }

  /** A commit that was meant for the topic that is gone. */
  staleCommit(partition: number, offset: number): void {
    this.#excusedBelow[partition] = Math.max(offset, this.#excusedBelow[partition] ?? 0)
  }

  isExcused({ offset }: LogRecord, partition: number): boolean {
    return offset < (this.#excusedBelow[partition] ?? 0)
  }

  /** A process has ended. */
  removed(member: Member): void {
    const slot = this.slots.indexOf(member)
    // The group has preferred the one that was to be replaced.
    const takesBack = (each: Member) => member.isFenced && isNamesake(each, member)
    if (slot >= 0) this.slots[slot] = this.#takeReplaced(takesBack)
    else this.#takeReplaced((each) => each === member)
  }

  #takeReplaced(matches: (member: Member) => boolean): Member | undefined {
    const at = this.replaced.findIndex(matches)
    return at < 0 ? undefined : this.replaced.splice(at, 1)[0]
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms)
  }

  disturbed(): void {
    this.disturbedAtMs = this.clock.elapsedMs()
  }

  random(): number {
    return this.#random()
  }

  /** From now on, for the first request that it fits. */
  takeTrouble(request: string): Trouble['kind'] | undefined {
    const at = this.troubles.findIndex((each) => each.request === request)
    if (at < 0) return undefined
    this.disturbed()
    return this.troubles.splice(at, 1)[0]?.kind
  }
}

function isNamesake(a: Member, b: Member): boolean {
  return a.instanceId !== undefined && a.instanceId === b.instanceId
}

export function nameOf({ id, content }: Pick<LogRecord, 'id' | 'content'>): string {
  return `${id} ${content}`
}

export function bytesOf({ id, content }: LogRecord): Buffer {
  return Buffer.from(JSON.stringify({ id, kind: 'inventory.moved', content }))
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
