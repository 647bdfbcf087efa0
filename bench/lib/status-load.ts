import { zstd } from '../../src/kafka/codecs/compress.ts'
import { writeBatch } from '../../src/kafka/records/write-batch.ts'
import {
  encodeMinute,
  encodeStatus,
  type MinuteStatus,
  type PluginStatus,
  type ReplicaStatus,
} from '../../src/status/status-record.ts'

export interface GroupShape {
  replicas: number
  /** In each replica. */
  plugins: number
  /** Of the group. */
  partitions: number
}

export interface StatusRecord {
  key: string
  value: Buffer
}

const INTERVAL_MS = 5_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const TOPIC = 'inventory.events'
const MEBIBYTE = 1_048_576

/** What a busy group of that shape writes, with numbers that differ as they would. */
export class StatusLoad {
  readonly #shape: GroupShape
  #round = 0

  constructor(shape: GroupShape) {
    this.#shape = shape
  }

  /** A record of each replica as of now. */
  now(nowMs: number): StatusRecord[] {
    this.#round += 1
    return this.#each((n) => encodeStatus(this.#status(n, nowMs)))
  }

  /** The records of the last hour's minutes. */
  lastHour(nowMs: number): StatusRecord[] {
    const lastMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
    return Array.from({ length: 60 }, (_, ago) =>
      this.#each((n) => encodeMinute(this.#minute(n, lastMs - ago * MINUTE_MS))),
    ).flat()
  }

  /** What one replica sends in an hour, in compressed batches as its writer makes them. */
  async bytesPerHour(nowMs: number): Promise<number> {
    const identity = { producerId: 1n, epoch: 0, sequence: 0 }
    const bytesOf = async (record: StatusRecord) =>
      (await writeBatch([{ ...record, timestampMs: nowMs }], identity, zstd)).length
    const [status] = this.now(nowMs)
    const minute = encodeMinute(this.#minute(0, nowMs))
    const [ofStatus, ofMinute] = [await bytesOf(status!), await bytesOf(minute)]
    return ofStatus * (HOUR_MS / INTERVAL_MS) + ofMinute * (HOUR_MS / MINUTE_MS)
  }

  #each<T>(of: (n: number) => T): T[] {
    return Array.from({ length: this.#shape.replicas }, (_, n) => of(n))
  }

  #status(n: number, nowMs: number): ReplicaStatus {
    const own = Math.ceil(this.#shape.partitions / this.#shape.replicas)
    return {
      ...{ replica: replicaOf(n), version: '0.3.0', startedMs: nowMs - 86_400_000 },
      ...{ writtenMs: nowMs, intervalMs: INTERVAL_MS, events: 'on', problems: [] },
      inFlight: { deliveries: varied(n, 900), bytes: varied(n, 9_000_000), maxBytes: 67_108_864 },
      memory: {
        residentBytes: 200 * MEBIBYTE + varied(n, 90_000_000),
        heapBytes: 90 * MEBIBYTE + varied(n, 50_000_000),
        heapMaxBytes: 256 * MEBIBYTE,
      },
      loopDelay: { p99Ms: varied(n, 12), maxMs: varied(n, 60) },
      openDeadLetters: varied(n, 40),
      partitions: Array.from({ length: own }, (_, p) => this.#partition(n * own + p)),
      plugins: Array.from({ length: this.#shape.plugins }, (_, p) => this.#plugin(n, p)),
      errors: Array.from({ length: 20 }, (_, e) => ({
        ...{ plugin: pluginOf(e), type: 'TypeError', at: `plugins/${pluginOf(e)}.ts:${e + 10}:7` },
        ...{
          stack: [],
          what: 'retrying',
          count: varied(e, 50),
          lastMs: nowMs - varied(e, 900_000),
        },
      })),
      ...{ omitted: [], rebalances: [], catchUps: [] },
    }
  }

  #partition(partition: number) {
    const expected = 1_000_000 + partition * 977 + this.#round * varied(partition, 400)
    const lag = varied(partition, 300)
    return {
      ...{ topic: TOPIC, partition, expected, watermark: expected - 3, committed: expected - 9 },
      ...{ lag, lagMs: lag * 4, parked: null },
    }
  }

  #plugin(n: number, p: number): PluginStatus {
    const handled = varied(n * 31 + p, 4_000)
    const counts = { ...{ skipped: varied(p, 90), rejected: 0, duplicate: varied(p, 9) } }
    const rest = { deadLettered: varied(p, 3), abandoned: 0, retries: varied(p, 70) }
    const busy = { record: `${TOPIC}/${varied(p, 999)}@${1_000_000 + handled}` }
    return {
      ...{ slug: pluginOf(p), state: 'enabled', breaker: 'closed', waiting: varied(p, 200) },
      lanes: { queued: varied(p, 50), running: varied(p, 64), waiting: varied(p, 20) },
      ...{ oldest: { ...busy, ageMs: varied(p, 9_000), attempts: 1, why: 'running' } },
      ...{ busiest: { ...busy, deliveries: varied(p, 40) } },
      total: { processed: handled * 400, ...counts, ...rest },
      recent: { processed: handled, ...counts, ...rest, overMs: 60_000, p50Ms: 4, p99Ms: 90 },
    }
  }

  #minute(n: number, minuteMs: number): MinuteStatus {
    const plugins = Array.from({ length: this.#shape.plugins }, (_, p) => ({
      ...{ slug: pluginOf(p), handled: varied(p + minuteMs, 4_000), failed: varied(p, 70) },
    }))
    return { replica: replicaOf(n), minuteMs, lag: 900, oldestMs: 4_000, loopDelayMs: 9, plugins }
  }
}

function replicaOf(n: number): string {
  return `inventory-events-main-7c9d5f6b8-${n.toString(36).padStart(5, 'x')}/1`
}

function pluginOf(p: number): string {
  return `plugin-${String(p).padStart(3, '0')}`
}

/** A number below the limit that looks like any. */
function varied(n: number, below: number): number {
  return Math.abs(Math.imul(n + 1, 2_654_435_761)) % below
}
