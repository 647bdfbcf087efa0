import type { EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs'
import { pino } from 'pino'
import type { DeadLetter } from '../../src/dead-letter/dead-letter.ts'
import type { IdempotencyStore } from '../../src/idempotency/store.ts'
import { Assignment } from '../../src/kafka/consumer/assignment.ts'
import { Committer } from '../../src/kafka/consumer/committer.ts'
import { createFetch } from '../../src/kafka/consumer/fetch.ts'
import { noHistory } from '../../src/kafka/consumer/offset-reset.ts'
import { RecordBatch } from '../../src/kafka/records/record-batch.ts'
import { type HandlerReturn, reject, skip } from '../../src/plugin/plugin.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { pipelineKit, plugin } from '../support/pipeline-kit.ts'
import { plainRecord, recordBatch } from '../support/record-batches.ts'

export const TOPIC = 'events'
export const PARTITIONS = 2

const FLUSH_MS = 5
/** Records that were written together. */
const BATCHED = 3

export interface LogRecord {
  offset: number
  key: string
  id: string
  content: number
}

interface Mark {
  fingerprint: string
  by: Member
  generation: number
}

export interface Call {
  member: Member
  id: string
  key: string
  partition: number
  offset: number
  end(how: 'ok' | 'fail' | 'skip' | 'reject'): void
}

/** The broker and everything that survives a process: logs, offsets, marks, dead letters, effects. */
export class World {
  logs: LogRecord[][] = Array.from({ length: PARTITIONS }, () => [])
  committed: number[] = Array.from({ length: PARTITIONS }, () => -1)
  owners: (Member | undefined)[] = Array.from({ length: PARTITIONS }, () => undefined)
  generation = 0
  members: Member[] = []
  marks = new Map<string, Mark>()
  letters: DeadLetter[] = []
  effects: LogRecord[] = []
  declined = new Set<string>()
  calls = new Set<Call>()
  broken = { store: false, deadLetters: false }
  problems: string[] = []
  #memberNumber = 0

  constructor() {
    this.members = [new Member(this), new Member(this)]
  }

  /** Time passes for processes that are not frozen. */
  async advance(ms: number): Promise<void> {
    for (const { isFrozen, clock } of this.members) if (!isFrozen) await clock.advance(ms)
  }

  nextMemberId(): string {
    this.#memberNumber += 1
    return `member-${this.#memberNumber}`
  }

  /** The group rebalances; frozen members do not notice. */
  rebalance(owners: (Member | undefined)[]): void {
    this.owners = owners.map((owner) => (owner?.isFrozen ? undefined : owner))
    this.generation += 1
    for (const member of this.members) if (!member.isFrozen) member.join()
  }

  /** Like a broker, accepts a commit from any member of the current generation for any partition. */
  commit(member: Member, { topics }: OffsetsByTopicPartition): void {
    if (member.isFrozen || member.generation !== this.generation)
      throw new Error('ILLEGAL_GENERATION')
    for (const { partitions } of topics) {
      for (const { partition, offset } of partitions) {
        if (this.owners[partition] !== member)
          this.problems.push(`${partition} is not ${member.id}'s`)
        this.#accept(partition, Number(offset))
      }
    }
  }

  #accept(partition: number, offset: number): void {
    const before = this.committed[partition] as number
    if (offset < before)
      this.problems.push(`offset of ${partition} fell from ${before} to ${offset}`)
    this.committed[partition] = offset
    const log = this.logs[partition] as LogRecord[]
    for (const record of log.slice(0, offset)) {
      if (!this.isCompleted(record, partition)) {
        this.problems.push(`committed ${offset} of ${partition} above unfinished ${record.offset}`)
      }
      if (!this.marks.has(record.id)) {
        this.problems.push(`committed ${offset} of ${partition} above unmarked ${record.offset}`)
      }
    }
  }

  /** Judged by the result, not by the service's reports: an effect, a decline or a dead letter. */
  isCompleted(record: LogRecord, partition: number): boolean {
    const hasEffect = this.effects.some(
      ({ id, content }) => id === record.id && content === record.content,
    )
    return hasEffect || this.declined.has(nameOf(record)) || this.hasLetter(record, partition)
  }

  hasLetter(record: LogRecord, partition: number): boolean {
    return this.letters.some(
      ({ headers, value }) =>
        (headers['dlq.offset'] === String(record.offset) &&
          headers['dlq.partition'] === String(partition)) ||
        value?.equals(bytesOf(record)),
    )
  }

  effect(record: LogRecord, by: Member): void {
    const mark = this.marks.get(record.id)
    // A mark that a former owner wrote after the new owner's lookup comes too late to be seen.
    const askedAt = by.claimedAt.get(record.id) ?? 0
    const wasSeen = mark !== undefined && (mark.by === by || mark.generation < askedAt)
    if (wasSeen) this.problems.push(`second effect of ${record.id} although it was marked`)
    const same = this.effects.filter(({ key }) => key === record.key)
    const last = same.at(-1)
    // A crash may repeat a call, whose second result may differ from the first.
    const isRepeat =
      same.some(({ id }) => id === record.id) ||
      this.declined.has(nameOf(record)) ||
      this.letters.some(({ value }) => value?.equals(bytesOf(record)))
    if (last !== undefined && last.offset > record.offset && !isRepeat) {
      this.problems.push(`effect of ${record.offset} after ${last.offset} of ${record.key}`)
    }
    this.effects.push(record)
  }
}

/** One process of the service: the real assignment, fetch, committer and pipeline. */
export class Member {
  id: string
  generation = -1
  /** The generation in which it last looked up the mark of an event. */
  claimedAt = new Map<string, number>()
  isFrozen = false
  world: World
  /** Stops while the process is frozen. */
  clock = new ManualClock()
  positions = new Map<number, number>()
  paused = new Set<number>()
  assigned: number[] = []
  assignment: Assignment
  committer: Committer
  pipeline: ReturnType<typeof pipelineKit>['pipeline']
  fetch: (payload: EachBatchPayload) => Promise<void>

  constructor(world: World) {
    this.world = world
    this.id = world.nextMemberId()
    const { pipeline } = pipelineKit({
      plugins: [plugin({ concurrency: 3, processEvent: this.#handler })],
      maxInFlightBytes: 3_000,
      store: storeOf(this),
      deadLetters: {
        async write(letter) {
          if (world.broken.deadLetters) throw new Error('not acknowledged')
          world.letters.push(letter)
        },
      },
      clock: this.clock,
    })
    this.pipeline = pipeline
    this.assignment = new Assignment({
      groupId: 'group',
      admin: adminOf(world) as never,
      intake: pipeline,
      clock: this.clock,
      log: pino({ level: 'silent' }),
      outOfRange: 'earliest',
      history: noHistory,
      reports: {
        onOutOfRange() {
          throw new Error('no offset of the model is out of range')
        },
        onFailure: (error) => {
          throw error
        },
      },
    })
    this.assignment.use({
      pause: (topics) => this.#each(topics, (partition) => this.paused.add(partition)),
      resume: (topics) => this.#each(topics, (partition) => this.paused.delete(partition)),
      seek: ({ partition, offset }) => void this.positions.set(partition, Number(offset)),
    })
    const { owned } = this.assignment
    this.committer = new Committer(
      owned,
      () => pipeline.flush(),
      () => {},
    )
    this.committer.use(async (offsets) => world.commit(this, offsets))
    this.fetch = createFetch({
      intake: pipeline,
      clock: this.clock,
      readable: (topic, partition) => this.assignment.readable(topic, partition),
      seekBack: (owned) => this.assignment.seekBack(owned),
      park: (owned, obstacle) => this.assignment.park(owned, obstacle),
    })
  }

  join(): void {
    this.generation = this.world.generation
    this.assigned = this.world.owners.flatMap((owner, partition) =>
      owner === this ? [partition] : [],
    )
    const payload = { memberId: this.id, memberAssignment: { [TOPIC]: this.assigned } }
    this.assignment.joined({ payload } as never)
    this.assignment.seenGeneration(this.generation)
  }

  /** The batch that kafkajs would deliver now; if kept, it becomes one of an older assignment. */
  batch(partition: number, records: number): EachBatchPayload | undefined {
    const position = this.positions.get(partition)
    if (!this.assigned.includes(partition) || this.paused.has(partition)) return undefined
    if (position === undefined) return undefined
    const log = this.world.logs[partition] as LogRecord[]
    const end = Math.min(position + records, log.length)
    // A broker returns a batch whole, also where the fetch begins inside it.
    const first = records % 2 === 0 ? position - (position % BATCHED) : position
    return end <= position ? undefined : this.#payload(partition, position, log.slice(first, end))
  }

  #payload(partition: number, position: number, log: LogRecord[]): EachBatchPayload {
    const [{ offset: baseOffset }] = log as [LogRecord]
    const last = String(baseOffset + log.length - 1)
    const written = log.map((record, offsetDelta) => ({
      ...plainRecord(offsetDelta, ''),
      key: Buffer.from(record.key),
      value: bytesOf(record),
    }))
    const records = new RecordBatch(recordBatch(written, { baseOffset }))
    const messages = [{ offset: last, batch: records, isSkipped: false }]
    const batch = { topic: TOPIC, partition, messages, fetchedOffset: String(position) }
    return {
      batch: { ...batch, lastOffset: () => last, firstOffset: () => String(position) },
      resolveOffset: (offset: string) => void this.positions.set(partition, Number(offset) + 1),
      heartbeat: async () => {},
    } as never
  }

  #handler = (
    event: object,
    context: {
      signal: AbortSignal
      record: { key: string | null; partition: number; offset: number }
    },
  ) => {
    const { id, content } = event as LogRecord
    const { key, partition, offset } = context.record
    const { world } = this
    const record = { id, content, key: key ?? '', offset }
    for (const other of world.calls) {
      if (other.member.isFrozen) continue
      if (other.key === record.key || other.id === id) world.problems.push(`calls of ${id} overlap`)
    }
    return new Promise<HandlerReturn | undefined>((resolve, fail) => {
      const call: Call = {
        ...{ member: this, id, key: record.key, partition, offset },
        end(how) {
          world.calls.delete(call)
          if (how === 'ok') world.effect(record, call.member)
          if (how === 'skip') world.declined.add(nameOf(record))
          if (how === 'fail') return fail(new Error('failed'))
          resolve(how === 'skip' ? skip('no') : how === 'reject' ? reject('bad') : undefined)
        },
      }
      world.calls.add(call)
      // When aborted, half of the handlers return and the others throw.
      context.signal.addEventListener('abort', () => {
        world.calls.delete(call)
        if (offset % 2 === 0) resolve(undefined)
        else fail(new Error('aborted'))
      })
    })
  }

  #each(topics: { partitions?: number[] }[], what: (partition: number) => void): void {
    for (const { partitions = [] } of topics) partitions.forEach(what)
  }
}

export function nameOf({ id, content }: Pick<LogRecord, 'id' | 'content'>): string {
  return `${id} ${content}`
}

export function bytesOf({ id, content }: LogRecord): Buffer {
  return Buffer.from(JSON.stringify({ id, kind: 'inventory.moved', content }))
}

/**
 * Keeps marks as the Kafka store does: there are no claims, because owning the partition is the lease.
 * A mark is visible to its process at once, and to others after a flush, which takes a while.
 */
function storeOf(by: Member): IdempotencyStore {
  const { world, clock } = by
  const unflushed = new Map<string, string>()
  const markOf = (id: string) => world.marks.get(id)?.fingerprint ?? unflushed.get(id)
  const mustWork = () => {
    if (world.broken.store) throw new Error('the store is down')
  }
  return {
    name: 'kafka',
    async open() {
      mustWork()
    },
    async claim({ eventId }, fingerprint) {
      mustWork()
      by.claimedAt.set(eventId, by.generation)
      const marked = markOf(eventId)
      if (marked !== undefined) return { type: 'completed', fingerprint: marked }
      const complete = async () => {
        mustWork()
        if (markOf(eventId) === undefined) unflushed.set(eventId, fingerprint)
      }
      return { type: 'claimed', claim: { complete, release: async () => {} } }
    },
    async flush() {
      const batch = [...unflushed]
      await clock.sleep(FLUSH_MS)
      mustWork()
      for (const [id, fingerprint] of batch) {
        const mark = { fingerprint, by, generation: world.generation }
        if (!world.marks.has(id)) world.marks.set(id, mark)
        unflushed.delete(id)
      }
    },
    async close() {},
  }
}

function adminOf(world: World) {
  return {
    fetchOffsets: async () => [
      {
        topic: TOPIC,
        partitions: world.committed.map((offset, partition) => ({
          partition,
          offset: `${offset}`,
        })),
      },
    ],
    fetchTopicOffsets: async () =>
      world.logs.map(({ length }, partition) => ({ partition, low: '0', high: `${length}` })),
  }
}
