import { pino } from 'pino'
import { partitionName } from '../../../src/event/record.ts'
import { OwnedPartition } from '../../../src/kafka/consumer/owned-partition.ts'
import { Fetcher } from '../../../src/kafka/fetch/fetcher.ts'
import { createTakeBatches } from '../../../src/kafka/fetch/take-batches.ts'
import type { Intake } from '../../../src/pipeline/source.ts'
import { batchAt, fakeCluster, holding, TOPIC_ID } from '../../support/fake-cluster.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

/** What becomes of a request: it is answered after a while, or its connection breaks by then. */
export interface RequestFate {
  afterMs: number
  breaks: boolean
}

/** What a broker says of one partition: an error, or its batches, the first of them corrupt. */
export type PartitionFate = { errorCode: number } | 'batches' | 'corrupt'

export interface Fates {
  requests: readonly RequestFate[]
  partitions: readonly PartitionFate[]
  /** How long each record in turn finds no room. */
  obstaclesMs: readonly number[]
}

export const PARTITIONS = 3
const NODES = [1, 2]
const NOT_LEADER = 6
const BATCHES_PER_ANSWER = 3
const MAX_FETCHED_BYTES = 2_000
/** What was fetched comes, and is taken, some turns of the event loop later. */
const TURNS = 20
const STEP_MS = 500

/** An owner of partitions, what it took, and the brokers that it reads from. */
export class World {
  readonly clock = new ManualClock()
  readonly problems: string[] = []
  readonly #cluster = fakeCluster(this.clock, PARTITIONS)
  /** The offsets at which batches end, by partition. */
  readonly #logs = Array.from({ length: PARTITIONS }, (): number[] => [])
  /** The node that leads each partition; undefined while one is elected. */
  readonly #leaders: (number | undefined)[] = Array(PARTITIONS).fill(NODES[0])
  readonly #owned: (OwnedPartition | undefined)[] = []
  readonly #next = new Map<OwnedPartition, number>()
  readonly #fates: { [Key in keyof Fates]: Fates[Key][number][] }
  readonly #fetcher: Fetcher

  constructor({ requests, partitions, obstaclesMs }: Fates) {
    this.#fates = {
      requests: [...requests],
      partitions: [...partitions],
      obstaclesMs: [...obstaclesMs],
    }
    const { cluster } = this.#cluster
    const send = cluster.send.bind(cluster)
    cluster.send = (async (...args: Parameters<typeof send>) => {
      const { afterMs, breaks } = this.#fates.requests.shift() ?? { afterMs: 0, breaks: false }
      if (afterMs > 0) await this.clock.sleep(afterMs)
      if (breaks) throw new Error('the connection broke')
      return send(...args)
    }) as typeof cluster.send
    this.#cluster.respond = (asked) => this.#respond(asked)
    this.#cluster.onRefreshed = () => this.#learnLeaders()
    const intake: Pick<Intake, 'take'> = {
      take: (epoch, record) => this.#take(epoch as OwnedPartition, record.offset),
    }
    const mayTake = (epoch: { partition: number }) => this.#owned[epoch.partition] === epoch
    this.#fetcher = new Fetcher({
      cluster,
      maxFetchedBytes: MAX_FETCHED_BYTES,
      clock: this.clock,
      log: pino({ level: 'silent' }),
      takeBatches: createTakeBatches({ intake, clock: this.clock, mayTake }),
      onOutOfRange: ({ partition }) => this.problems.push(`${partition} out of range`),
      onTruncated: ({ partition }) => this.problems.push(`${partition} truncated`),
      onFailure: ({ message }) => this.problems.push(message),
      onObstacle() {},
      onWait() {},
      onAttempt() {},
    })
  }

  append(partition: number, count: number): void {
    const log = this.#logs[partition]!
    log.push((log.at(-1) ?? 0) + count)
  }

  move(partition: number): void {
    const all = [...NODES, undefined]
    this.#leaders[partition] = all[(all.indexOf(this.#leaders[partition]) + 1) % all.length]
  }

  /** Takes the partition from its owner, and gives it back to it, where it had come to. */
  reassign(partition: number): void {
    const before = this.#owned[partition]
    before?.lose()
    if (before !== undefined) this.#fetcher.remove(before)
    const from = before?.ledger.expected ?? 0
    const owned = new OwnedPartition('events', partition, from, from)
    this.#owned[partition] = owned
    this.#next.set(owned, from)
    this.#fetcher.add(owned, TOPIC_ID, owned.leaderEpochs)
  }

  async wait(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs >= 0; leftMs -= STEP_MS) {
      await this.clock.advance(Math.min(leftMs, STEP_MS))
      for (let turn = 0; turn < TURNS; turn++) await settled()
    }
  }

  /** Nothing goes wrong any more; each partition that is owned is read to its end. */
  async heal(limitMs: number): Promise<void> {
    for (const fates of Object.values(this.#fates)) fates.length = 0
    this.#leaders.fill(NODES[0])
    for (let leftMs = limitMs; leftMs > 0 && this.#behind.length > 0; leftMs -= STEP_MS) {
      await this.wait(STEP_MS)
    }
    this.problems.push(...this.#behind)
    this.#fetcher.close()
    await this.wait(0)
  }

  get #behind(): string[] {
    return this.#owned.flatMap((owned) => {
      const end = owned && (this.#logs[owned.partition]!.at(-1) ?? 0)
      const isBehind = owned !== undefined && owned.ledger.expected !== end
      return isBehind ? [`${partitionName(owned)} at ${owned.ledger.expected} of ${end}`] : []
    })
  }

  #learnLeaders(): void {
    const { leaders } = this.#cluster
    for (const [partition, nodeId] of this.#leaders.entries()) {
      if (nodeId === undefined) leaders.delete(partition)
      else leaders.set(partition, { nodeId, epoch: 5 })
    }
  }

  #respond({ partition, nodeId, offset }: { partition: number; nodeId: number; offset: number }) {
    if (this.#leaders[partition] !== nodeId) return { errorCode: NOT_LEADER }
    const log = this.#logs[partition]!
    const first = log.findIndex((end) => end > offset)
    if (first < 0) return undefined
    const fate = this.#fates.partitions.shift() ?? 'batches'
    if (typeof fate === 'object') return fate
    const batches = log.slice(first, first + BATCHES_PER_ANSWER).map((end, n) => {
      const from = log[first + n - 1] ?? 0
      return batchAt(from, end - from)
    })
    if (fate === 'corrupt') batches[0]![batches[0]!.length - 1]! ^= 1
    return holding(...batches)
  }

  #take(epoch: OwnedPartition, offset: number) {
    const ms = this.#fates.obstaclesMs.shift() ?? 0
    if (ms > 0) return { why: 'there is no room', cleared: this.clock.sleep(ms) }
    const next = this.#next.get(epoch)
    if (offset !== next) this.problems.push(`took ${offset} of ${epoch.partition}, not ${next}`)
    if (this.#owned[epoch.partition] !== epoch) this.problems.push(`took ${offset} after its loss`)
    this.#next.set(epoch, offset + 1)
    epoch.ledger.accept(offset, 0, 0)
    return undefined
  }
}
