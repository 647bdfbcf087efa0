import type { Cluster } from '../../../src/kafka/protocol/cluster.ts'
import type { ProduceBody } from '../../../src/kafka/protocol/requests/produce.ts'
import { BatchRecords } from '../../../src/kafka/records/batch-records.ts'
import { AT, type RecordBatch } from '../../../src/kafka/records/record-batch.ts'
import { splitBatches } from '../../../src/kafka/records/split-batches.ts'
import type { Clock } from '../../../src/util/clock.ts'

/**
 * What becomes of a produce request.
 * - `replicas-late`: it is written at once, and acknowledged after a while.
 * - `written-unsaid`, `unwritten`: the connection breaks after it was written, or before.
 * - `late`: the connection breaks, and what was sent is written a while later.
 * - `too-few-replicas`, `written-too-few`: the leader says so, before or after it wrote.
 */
export const FATES = [
  'answered',
  'replicas-late',
  'written-unsaid',
  'unwritten',
  'late',
  'too-few-replicas',
  'written-too-few',
] as const

export interface Fate {
  type: (typeof FATES)[number]
  afterMs: number
}

const BATCHES_KEPT = 5
/** Two brokers, or none while one is elected. */
const LEADERS = [0, 1, undefined]
const [NONE, OUT_OF_ORDER, OLD_EPOCH, NOT_ENOUGH, NOT_ENOUGH_AFTER_APPEND] = [0, 45, 47, 19, 20]

/** A partition as Kafka keeps it: it knows the last five batches of a producer, and refuses gaps. */
export class Log {
  readonly values: string[] = []
  #epoch = 0
  #nextSequence = 0
  #last: { sequence: number; count: number; offset: number }[] = []

  append(bytes: Buffer): { errorCode: number; baseOffset: number } {
    const { epoch, sequence, values } = contentOf(bytes)
    if (epoch < this.#epoch) return { errorCode: OLD_EPOCH, baseOffset: -1 }
    const isNew = epoch > this.#epoch
    if (isNew && sequence !== 0) return { errorCode: OUT_OF_ORDER, baseOffset: -1 }
    const known = this.#last.find(
      (each) => !isNew && each.sequence === sequence && each.count === values.length,
    )
    if (known !== undefined) return { errorCode: NONE, baseOffset: known.offset }
    if (!isNew && sequence !== this.#nextSequence)
      return { errorCode: OUT_OF_ORDER, baseOffset: -1 }
    const offset = this.values.length
    const kept = isNew ? [] : this.#last.slice(1 - BATCHES_KEPT)
    this.#last = [...kept, { sequence, count: values.length, offset }]
    this.#epoch = epoch
    this.#nextSequence = sequence + values.length
    this.values.push(...values)
    return { errorCode: NONE, baseOffset: offset }
  }
}

function contentOf(bytes: Buffer): { epoch: number; sequence: number; values: string[] } {
  const batch = splitBatches(bytes).batches[0] as RecordBatch
  const records = new BatchRecords({ topic: 't', partition: 0 }).open(batch, batch.body)
  const values: string[] = []
  for (let each = records.next(); each !== undefined; each = records.next()) {
    values.push(String(each.value))
  }
  const epoch = bytes.readInt16BE(AT.producerEpoch)
  return { epoch, sequence: bytes.readInt32BE(AT.baseSequence), values }
}

/** Brokers that lead partitions of one topic. Each request has the next fate, and none is `answered`. */
export class Brokers {
  readonly logs: Log[]
  readonly #leaders: (number | undefined)[]
  readonly #fates: Fate[]
  readonly #clock: Clock

  constructor(partitions: number, fates: readonly Fate[], clock: Clock) {
    this.logs = Array.from({ length: partitions }, () => new Log())
    this.#leaders = this.logs.map((_, partition) => partition % 2)
    this.#fates = [...fates]
    this.#clock = clock
  }

  move(partition: number): void {
    const next = LEADERS.indexOf(this.#leaders[partition]) + 1
    this.#leaders[partition] = LEADERS[next % LEADERS.length]
  }

  /** Gives each partition a leader. */
  elect(): void {
    this.#leaders.fill(0)
  }

  get cluster(): Cluster {
    const cluster = {
      leaderOf: (_: string, partition: number) => {
        const nodeId = this.#leaders[partition]
        return nodeId === undefined ? undefined : { nodeId, epoch: 0 }
      },
      refresh: async () => {},
      send: (_node: number, _to: string, _type: unknown, body: ProduceBody, limitMs: number) =>
        this.#send(body, limitMs),
    }
    return cluster as unknown as Cluster
  }

  async #send(body: ProduceBody, limitMs: number) {
    const { type, afterMs } = this.#fates.shift() ?? { type: 'answered', afterMs: 0 }
    switch (type) {
      case 'answered':
        return this.#write(body)
      case 'replicas-late': {
        const answer = this.#write(body)
        await this.#clock.sleep(Math.min(afterMs, limitMs))
        if (afterMs >= limitMs) throw new Error('no response in time')
        return answer
      }
      case 'written-unsaid':
        this.#write(body)
        throw new Error('the connection broke')
      case 'unwritten':
        throw new Error('the connection broke')
      case 'late':
        this.#clock.after(afterMs, () => void this.#write(body))
        throw new Error('the connection broke')
      case 'too-few-replicas':
        return this.#write(body, NOT_ENOUGH)
      case 'written-too-few':
        this.#write(body)
        return this.#write(body, NOT_ENOUGH_AFTER_APPEND)
    }
  }

  #write({ topics }: ProduceBody, refusal?: number) {
    const partitions = topics.flatMap(({ topic, partitions: all }) =>
      all.map(({ partition, batch }) => {
        const refused = { errorCode: refusal ?? NONE, baseOffset: -1 }
        const answer = refusal === undefined ? this.logs[partition]!.append(batch!) : refused
        return { topic, partition, ...answer }
      }),
    )
    return { partitions }
  }
}
