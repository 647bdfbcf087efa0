import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { controlTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { retry } from '../../util/retry.ts'
import { openCluster } from '../client/client.ts'
import { LogReader } from '../reader/log-reader.ts'

export interface ControlFollowerOptions {
  kafka: Kafka
  groupId: string
  clock: Clock
  log: Logger
  /** Called for each record, in topic order. */
  onRecord(record: SourceRecord): void
}

const POLL_MS = 500
const START_RETRY = { attempts: 5, backoff: { firstMs: POLL_MS, maxMs: POLL_MS } }

/** Follows a group's control topic. While it cannot be read, the last state read applies. */
export class ControlFollower {
  #options: ControlFollowerOptions
  #reader: LogReader
  #next = 0
  #failing = false
  #stopped = new AbortController()

  constructor(options: ControlFollowerOptions) {
    this.#options = options
    const { kafka, groupId, clock } = options
    this.#reader = new LogReader({
      cluster: openCluster(kafka, clock),
      topics: [controlTopicOf(groupId)],
      clock,
    })
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
    const { clock, log } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await clock.sleep(POLL_MS, signal)
      try {
        if (!signal.aborted) await this.#read()
        this.#failing = false
      } catch (error) {
        if (signal.aborted || this.#failing) continue
        this.#failing = true
        log.warn(
          { error: messageOf(error) },
          'cannot read the control topic; switches stay as they are',
        )
      }
    }
  }

  async #read(): Promise<void> {
    const { groupId, onRecord } = this.#options
    const { end } = await this.#reader.read({
      topic: controlTopicOf(groupId),
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
