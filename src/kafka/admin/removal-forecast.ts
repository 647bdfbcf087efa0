import type { SourceRecord } from '../../event/record.ts'
import { partitionName } from '../../event/record.ts'

/** When a topic removes records by time. */
export interface TimeRetention {
  cleanupPolicy: string
  /** Negative if it is unlimited. */
  retentionMs: number
}

/** What the brokers said of one topic. */
interface TopicView {
  retention?: TimeRetention
  /** The first offset of each partition's log. */
  logStarts: ReadonlyMap<number, number>
  /** Per partition, the first offset whose record is younger than `oldestKeptMs`. */
  keptFrom: ReadonlyMap<number, number>
  oldestKeptMs: number
}

/** A record counts as about to be removed once this share of the retention has passed. */
const RETENTION_USED = 0.9

/**
 * Determines from broker offsets which records Kafka has removed or is about to remove.
 *
 * Kafka removes whole segments, oldest first, once the largest timestamp in them has passed
 * `retention.ms`. So a record's own timestamp does not decide: one of last month that was written
 * behind today's stays as long as those. The first record that is young enough bounds it: all up to
 * its segment goes, nothing from it on does. A record without a timestamp goes by the file's
 * modification time, which no client can read, and `retention.bytes` by sizes that none can read
 * either; these count as kept until the log begins behind them. A topic that is only compacted
 * removes nothing by time.
 */
export class RemovalForecast {
  #topics = new Map<string, TopicView>()

  setRetention(topic: string, retention: TimeRetention): void {
    this.#update(topic, { retention })
  }

  setLogStarts(topic: string, logStarts: ReadonlyMap<number, number>): void {
    this.#update(topic, { logStarts })
  }

  setKeptFrom(topic: string, oldestKeptMs: number, keptFrom: ReadonlyMap<number, number>): void {
    this.#update(topic, { oldestKeptMs, keptFrom })
  }

  /** How long the topic keeps records; undefined if it removes none by time, or this is not known. */
  retentionMsOf(topic: string): number | undefined {
    const { retention } = this.#viewOf(topic)
    if (retention === undefined || retention.retentionMs < 0) return undefined
    return retention.cleanupPolicy.split(',').includes('delete') ? retention.retentionMs : undefined
  }

  /** Records before this time are about to be removed; undefined if the topic removes none by time. */
  oldestKeptMs(topic: string, nowMs: number): number | undefined {
    const retentionMs = this.retentionMsOf(topic)
    if (retentionMs === undefined) return undefined
    const oldestMs = Math.floor(nowMs - retentionMs * RETENTION_USED)
    // Negative times have other meanings to Kafka; nothing is older than 1970.
    return oldestMs > 0 ? oldestMs : undefined
  }

  /** Why Kafka does not keep the record; undefined while it does. */
  removalOf(record: Pick<SourceRecord, 'topic' | 'partition' | 'offset' | 'timestampMs'>) {
    const { topic, partition, offset, timestampMs } = record
    const { logStarts, keptFrom, oldestKeptMs, retention } = this.#viewOf(topic)
    const logStart = logStarts.get(partition) ?? 0
    if (offset < logStart) {
      return `Kafka removed its record: ${partitionName(record)} now begins at offset ${logStart}`
    }
    if (timestampMs < 0 || timestampMs >= oldestKeptMs) return undefined
    const kept = keptFrom.get(partition) ?? 0
    if (offset >= kept) return undefined
    const share = `${RETENTION_USED * 100} % of retention.ms (${retention?.retentionMs})`
    return `Kafka was about to remove its record: all of ${partitionName(record)} below offset ${kept} is older than ${share}`
  }

  #viewOf(topic: string): TopicView {
    return this.#topics.get(topic) ?? UNKNOWN
  }

  #update(topic: string, part: Partial<TopicView>): void {
    this.#topics.set(topic, { ...this.#viewOf(topic), ...part })
  }
}

/** Nothing is removed as far as is known. */
const UNKNOWN: TopicView = { logStarts: new Map(), keptFrom: new Map(), oldestKeptMs: 0 }
