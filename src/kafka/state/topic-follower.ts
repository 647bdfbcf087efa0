import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { retry } from '../../util/retry.ts'
import { openCluster } from '../client/client.ts'
import { LogReader } from '../reader/log-reader.ts'

export interface TopicFollowerOptions {
  kafka: Kafka
  /** Of one partition. */
  topic: string
  clock: Clock
  log: Logger
  pollMs?: number
  /** Logged when it can't be read, once until it can. */
  whenUnreadable: string
  /** Called for each record, in topic order. */
  onRecord(record: SourceRecord): void
}

/** Default: often enough for switches. */
const POLL_MS = 500
const START_RETRY = { attempts: 5, backoff: { firstMs: POLL_MS, maxMs: POLL_MS } }

/** Follows a topic of a group. While it cannot be read, what was read last applies. */
export class TopicFollower {
  #options: TopicFollowerOptions
  #reader: LogReader
  #next = 0
  #failing = false
  #stopped = new AbortController()

  constructor(options: TopicFollowerOptions) {
    this.#options = options
    const { kafka, topic, clock } = options
    this.#reader = new LogReader({
      cluster: openCluster(kafka, clock),
      topics: [topic],
      clock,
    })
  }

  /** Whether the last read worked. */
  get isCurrent(): boolean {
    return !this.#failing
  }

  /** Resolves when the topic has been read to its current end. Rejects with KAFKA_UNAVAILABLE. */
  async start(): Promise<void> {
    await this.#reader.start()
    await retry(() => this.#read(), { ...START_RETRY, clock: this.#options.clock })
    void this.#follow()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#reader.close()
  }

  async #follow(): Promise<void> {
    const { clock, log, pollMs = POLL_MS, whenUnreadable } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await clock.sleep(pollMs, signal)
      try {
        if (!signal.aborted) await this.#read()
        this.#failing = false
      } catch (error) {
        if (signal.aborted || this.#failing) continue
        this.#failing = true
        log.warn({ error: messageOf(error) }, whenUnreadable)
      }
    }
  }

  async #read(): Promise<void> {
    const { topic, onRecord } = this.#options
    const { end } = await this.#reader.read({
      topic,
      partition: 0,
      from: this.#next,
      lost: this.#stopped.signal,
      onRecord: (record) => {
        this.#next = record.offset + 1
        onRecord(record)
      },
    })
    // The topic was deleted and created again: read it from its start.
    this.#next = end < this.#next ? 0 : end
  }
}
