import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { Latch } from '../../util/latch.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
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
  /** Logged while it can't be read, and then that it can be read again. */
  whenUnreadable: string
  /** Called for each record, in topic order. */
  onRecord(record: SourceRecord): void
  /** Called before the topic is read; what it returns, when all that it held by then has been read. */
  reading?: (() => () => void) | undefined
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
  readonly #failures: FailureLog
  readonly #due = new Latch()
  #stopped = new AbortController()

  constructor(options: TopicFollowerOptions) {
    this.#options = options
    const { kafka, topic, clock } = options
    this.#failures = new FailureLog(options)
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

  /** Reads the topic now instead of a little later. */
  readNow(): void {
    this.#due.set()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#due.set()
    this.#reader.close()
  }

  async #follow(): Promise<void> {
    const { clock, topic, pollMs = POLL_MS, whenUnreadable } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#due.wait(pollMs, clock)
      this.#due.clear()
      try {
        if (!signal.aborted) await this.#read()
        this.#failing = false
        this.#failures.worked({ topic }, 'the topic can be read again')
      } catch (error) {
        if (signal.aborted) continue
        this.#failing = true
        this.#failures.failed({ error: messageOf(error) }, whenUnreadable)
      }
    }
  }

  async #read(): Promise<void> {
    const { topic, onRecord, reading } = this.#options
    const isRead = reading?.()
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
    const isSame = end >= this.#next
    // The topic was deleted and created again: read it from its start.
    this.#next = isSame ? end : 0
    if (isSame) isRead?.()
  }
}
