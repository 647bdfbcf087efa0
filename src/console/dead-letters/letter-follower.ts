import type { Kafka } from 'kafkajs'
import { partitionName, type SourceRecord } from '../../event/record.ts'
import { withAdmin } from '../../kafka/admin/topic-admin.ts'
import { openCluster } from '../../kafka/client/client.ts'
import { kafkaError } from '../../kafka/client/errors.ts'
import { LogReader } from '../../kafka/reader/log-reader.ts'
import { copyRecord } from '../../pipeline/intake/copy-record.ts'
import { deadLetterTopicOf, redriveTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import type { FollowedLetters } from './followed-letters.ts'
import { LetterIndex } from './letter-index.ts'

export interface LetterFollowerOptions {
  kafka: Kafka
  groupId: string
  /** Input topics. */
  topics: readonly string[]
  clock: Clock
  log: Logger
}

interface Partition {
  topic: string
  partition: number
  isLetters: boolean
  low: number
  high: number
}

const POLL_MS = 5_000
/** Often enough for what was left out, and for a retention that someone changed. */
const SELDOM_MS = 10 * 60_000

/** Keeps an index of the dead letters of a group, in the background; what can't be read makes it older. */
export class LetterFollower implements FollowedLetters {
  readonly #options: LetterFollowerOptions
  readonly #reader: LogReader
  readonly #failures: FailureLog
  readonly #stopped = new AbortController()
  #index: LetterIndex
  #next = new Map<string, number>()
  #low = new Map<string, number>()
  #retentionMs = new Map<string, number>()
  #running: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined
  #seldomMs = 0
  #isStarted = false
  #isRead = false
  #why: string | undefined

  constructor(options: LetterFollowerOptions) {
    this.#options = options
    this.#failures = new FailureLog(options)
    this.#index = new LetterIndex(options.groupId)
    const { kafka, topics, clock } = options
    this.#reader = new LogReader({
      cluster: openCluster(kafka, clock),
      topics: [...topics.map(deadLetterTopicOf), ...topics.map(redriveTopicOf)],
      clock,
    })
  }

  get index(): LetterIndex {
    return this.#index
  }

  get isRead(): boolean {
    return this.#isRead
  }

  get problem(): string | undefined {
    return this.#why
  }

  retentionMsOf(topic: string): number | undefined {
    const found = this.#retentionMs.get(topic)
    return found !== undefined && Number.isFinite(found) ? found : undefined
  }

  hasRedrivePartition(topic: string, partition: number): boolean {
    return this.#reader.partitionsOf(redriveTopicOf(topic)).includes(partition)
  }

  start(): void {
    void this.#follow()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#reader.close()
    await this.#running.catch(() => undefined)
  }

  refresh(): Promise<void> {
    this.#queued ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#queued = undefined
        this.#running = this.#round()
        return this.#running
      })
    return this.#queued
  }

  async read({ topic, partition, offset }: LetterRow): Promise<SourceRecord | undefined> {
    let found: SourceRecord | undefined
    await this.#reader.read({
      ...{ topic, partition, from: offset, to: offset + 1, lost: this.#stopped.signal },
      onRecord: (record) => {
        if (record.offset === offset) found = copyRecord(record)
      },
    })
    return found
  }

  async #follow(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.refresh().catch(() => undefined)
      await clock.sleep(POLL_MS, signal)
    }
  }

  async #round(): Promise<void> {
    try {
      await this.#readAll()
      this.#why = undefined
      this.#failures.worked({}, 'the dead letters are read again')
    } catch (error) {
      if (this.#stopped.signal.aborted) throw error
      this.#why = messageOf(error)
      this.#failures.failed({ error: this.#why }, 'cannot read the dead letters')
      throw error
    }
  }

  async #readAll(): Promise<void> {
    if (!this.#isStarted) await this.#reader.start()
    this.#isStarted = true
    const partitions = await this.#partitions()
    const isSeldom = this.#options.clock.elapsedMs() >= this.#seldomMs
    const isReplaced = partitions.some((each) => each.high < this.#nextOf(each))
    if (isReplaced || (isSeldom && this.#index.isIncomplete)) this.#begin()
    if (isSeldom) await this.#readRetention()
    // What was redriven is read first, so that such a letter takes no room of an open one.
    for (const isLetters of [false, true]) {
      const changed = partitions.filter(
        (each) => each.isLetters === isLetters && each.high > this.#nextOf(each),
      )
      await Promise.all(changed.map((each) => this.#read(each)))
    }
    this.#removeOld(partitions)
    this.#index.endRound()
    this.#isRead = true
  }

  async #partitions(): Promise<Partition[]> {
    const { topics } = this.#options
    const all = [...topics.map(redriveTopicOf), ...topics.map(deadLetterTopicOf)]
    const lacking = () => all.filter((topic) => this.#reader.partitionsOf(topic).length === 0)
    if (lacking().length > 0) await this.#reader.refresh()
    const missing = lacking()
    if (missing.length > 0) {
      const message = `${missing.join(', ')}: no such topic, or no right to it`
      throw new InventoryEventsError('TOPIC_MISSING', message, { retryable: true })
    }
    const places = all.flatMap((topic) =>
      this.#reader.partitionsOf(topic).map((partition) => ({ topic, partition })),
    )
    const ranges = await this.#reader.logRanges(places)
    const letters = new Set(topics.map(deadLetterTopicOf))
    return ranges.map((each) => {
      if ('range' in each) return { ...each, ...each.range, isLetters: letters.has(each.topic) }
      void this.#reader.refresh().catch(() => undefined)
      throw kafkaError(each.error, `fetch the offsets of ${partitionName(each)}`)
    })
  }

  async #read({ isLetters, ...place }: Partition): Promise<void> {
    const { topic, partition } = place
    const { end } = await this.#reader.read({
      ...{ topic, partition, from: this.#nextOf(place), lost: this.#stopped.signal },
      onRecord: (record) => {
        if (isLetters) this.#index.takeDeadLetter(record)
        else this.#index.takeRedrive(record)
        this.#next.set(partitionName(place), record.offset + 1)
      },
    })
    this.#next.set(partitionName(place), end)
  }

  #removeOld(partitions: readonly Partition[]): void {
    for (const { isLetters, low, ...place } of partitions) {
      const name = partitionName(place)
      if (!isLetters || this.#low.get(name) === low) continue
      this.#low.set(name, low)
      this.#index.removeBelow(place, low)
    }
  }

  #nextOf(place: Pick<Partition, 'topic' | 'partition'>): number {
    return this.#next.get(partitionName(place)) ?? 0
  }

  #begin(): void {
    this.#index = new LetterIndex(this.#options.groupId)
    this.#next = new Map()
    this.#low = new Map()
    this.#isRead = false
  }

  /** Without the right to ask, it is not known when they expire. */
  async #readRetention(): Promise<void> {
    const { kafka, topics, clock } = this.#options
    this.#seldomMs = clock.elapsedMs() + SELDOM_MS
    const letters = topics.map(deadLetterTopicOf)
    const found = await withAdmin(kafka, (admin) => admin.describe(letters)).catch(() => undefined)
    for (const [topic, { retentionMs }] of found ?? []) {
      if (retentionMs !== undefined) this.#retentionMs.set(topic, retentionMs)
    }
  }
}
