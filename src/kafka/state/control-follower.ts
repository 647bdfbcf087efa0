import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { controlTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { LogReader } from '../reader/log-reader.ts'

export interface ControlWatchOptions {
  kafka: Kafka
  groupId: string
  clock: Clock
  log: Logger
  /** In the order of the topic. */
  onRecord(record: SourceRecord): void
}

const POLL_MS = 500
const START_TRIES = 5

/** Follows a group's control topic. While it can't be read, what was read last holds. */
export class ControlFollower {
  #options: ControlWatchOptions
  #reader: LogReader
  #next = 0
  #failing = false
  #stopped = new AbortController()

  constructor(options: ControlWatchOptions) {
    this.#options = options
    const { kafka, groupId, clock } = options
    this.#reader = new LogReader({
      kafka,
      groupId: `${groupId}.control-reader.${randomUUID()}`,
      topics: [controlTopicOf(groupId)],
      clock,
    })
  }

  /** Resolves when everything is read that was switched before. Rejects with KAFKA_UNAVAILABLE. */
  async start(): Promise<void> {
    await this.#reader.start()
    for (let tries = 1; ; tries++) {
      try {
        await this.#read()
        break
      } catch (error) {
        if (tries === START_TRIES) throw error
      }
      await this.#options.clock.sleep(POLL_MS)
    }
    void this.#follow()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#reader.close()
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
        log.warn({ error: messageOf(error) }, 'the control topic cannot be read; switches stay')
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
    // A topic that was deleted and made anew begins again.
    this.#next = end < this.#next ? 0 : end
  }
}
