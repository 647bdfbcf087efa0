import type { Kafka } from 'kafkajs'
import { type OpenDeadLetter, OpenDeadLetters } from '../dead-letter/open-dead-letters.ts'
import { partitionName } from '../event/record.ts'
import { openCluster } from '../kafka/client/client.ts'
import type { LogRange } from '../kafka/client/log-range.ts'
import type { OwnedPartition } from '../kafka/consumer/owned-partition.ts'
import type { TopicPartition } from '../kafka/member/assigner/balance.ts'
import { LogReader } from '../kafka/reader/log-reader.ts'
import { deadLetterTopicOf, isRedrive, redriveTopicOf } from '../topics/names.ts'
import type { Clock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import { FailureLog } from '../util/log/failure-log.ts'
import type { Logger } from '../util/logger.ts'

export interface DeadLetterFollowerOptions {
  kafka: Kafka
  /** The group whose dead letters are counted. */
  groupId: string
  /** Input topics. */
  topics: readonly string[]
  owned: () => Iterable<Pick<OwnedPartition, 'topic' | 'partition' | 'lost'>>
  clock: Clock
  log: Logger
}

/** The dead letters of one input partition. */
interface Followed {
  topic: string
  letters: OpenDeadLetters
  nextLetter: number
  nextRedrive: number
}

const POLL_MS = 30_000
/** While partitions have not been read once. */
const START_POLL_MS = 5_000
const FAILED = 'cannot count the open dead letters'

/**
 * Counts the open dead letters. Each replica reads the dead letters of the input partitions that it
 * owns, so every one is counted once. What cannot be read keeps its last count, and fails nothing else.
 */
export class DeadLetterFollower {
  #options: DeadLetterFollowerOptions
  #reader: LogReader
  #followed = new Map<string, Followed>()
  #failures: FailureLog
  #stopped = new AbortController()

  constructor(options: DeadLetterFollowerOptions) {
    this.#options = options
    this.#failures = new FailureLog(options)
    const { kafka, topics, clock } = options
    this.#reader = new LogReader({
      cluster: openCluster(kafka, clock),
      topics: [...topics.map(deadLetterTopicOf), ...topics.map(redriveTopicOf)],
      clock,
    })
  }

  /** The open dead letters, each with its topic; undefined while not all have been read. */
  open(): (OpenDeadLetter & { topic: string })[] | undefined {
    if (!this.#isComplete()) return undefined
    return [...this.#followed.values()].flatMap(({ topic, letters }) =>
      [...letters.values()].map((letter) => ({ ...letter, topic: deadLetterTopicOf(topic) })),
    )
  }

  /** Reads in the background until `stop`. */
  start(): void {
    void this.#follow()
  }

  stop(): void {
    this.#stopped.abort()
    this.#reader.close()
  }

  async #follow(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopped
    let isStarted = false
    while (!signal.aborted) {
      let delayMs = POLL_MS
      try {
        if (!isStarted) await this.#reader.start()
        isStarted = true
        await this.#round()
        if (!this.#isComplete()) delayMs = START_POLL_MS
      } catch (error) {
        if (signal.aborted) return
        this.#failures.failed({ error: messageOf(error) }, FAILED)
      }
      await clock.sleep(delayMs, signal)
    }
  }

  /** The input partitions of this replica. */
  #owned() {
    return [...this.#options.owned()].filter((each) => !isRedrive(each))
  }

  #isComplete(): boolean {
    const owned = this.#owned()
    return owned.length > 0 && owned.every((each) => this.#followed.has(partitionName(each)))
  }

  async #round(): Promise<void> {
    const owned = this.#owned()
    const names = new Set(owned.map(partitionName))
    for (const name of this.#followed.keys()) if (!names.has(name)) this.#followed.delete(name)
    const ranges = await this.#rangesOf(owned)
    const failed: { partition: string; error: string }[] = []
    for (const each of owned) {
      if (this.#isEven(each, ranges)) continue
      // One that can't be read keeps no other from being counted.
      await this.#read(each).catch((error) => {
        failed.push({ partition: partitionName(each), error: messageOf(error) })
      })
      if (this.#stopped.signal.aborted) return
    }
    const [first] = failed
    if (first !== undefined) this.#failures.failed({ ...first, partitions: failed.length }, FAILED)
    else if (owned.length > 0) this.#failures.worked({}, 'the open dead letters are counted again')
  }

  /** Of all partitions at once: most of them have not changed since the last round. */
  async #rangesOf(owned: readonly TopicPartition[]): Promise<Map<string, LogRange>> {
    const places = owned.flatMap(({ topic, partition }) => [
      { topic: deadLetterTopicOf(topic), partition },
      { topic: redriveTopicOf(topic), partition },
    ])
    const found = await this.#reader.logRanges(places)
    return new Map(
      found.flatMap((each) => ('range' in each ? [[partitionName(each), each.range]] : [])),
    )
  }

  /** Whether there is nothing to read; notes that what Kafka has removed is no longer open. */
  #isEven({ topic, partition }: TopicPartition, ranges: ReadonlyMap<string, LogRange>): boolean {
    const letters = ranges.get(partitionName({ topic: deadLetterTopicOf(topic), partition }))
    const redrives = ranges.get(partitionName({ topic: redriveTopicOf(topic), partition }))
    if (letters === undefined || redrives === undefined) return false
    const name = partitionName({ topic, partition })
    const followed = this.#followed.get(name) ?? this.#begin(topic, letters.low, redrives.low)
    const isRead = followed.nextLetter === letters.high && followed.nextRedrive === redrives.high
    if (!isRead || followed.letters.isIncomplete) return false
    followed.letters.removeBelow(letters.low)
    this.#followed.set(name, followed)
    return true
  }

  async #read(owned: Pick<OwnedPartition, 'topic' | 'partition' | 'lost'>): Promise<void> {
    const { topic, partition } = owned
    const name = partitionName(owned)
    const known = this.#followed.get(name)
    const followed = known === undefined || known.letters.isIncomplete ? this.#begin(topic) : known
    const { letters } = followed
    const lost = AbortSignal.any([owned.lost, this.#stopped.signal])
    const source = { topic: deadLetterTopicOf(topic), partition }
    const read = await this.#reader.read({
      ...source,
      from: followed.nextLetter,
      lost,
      onRecord: (record) => letters.takeDeadLetter(record),
    })
    // The topic was deleted and created again: what was counted is gone.
    if (read.end < followed.nextLetter) return void this.#followed.delete(name)
    followed.nextLetter = read.end
    letters.removeBelow(read.low)
    const redrives = await this.#reader.read({
      topic: redriveTopicOf(topic),
      partition,
      from: followed.nextRedrive,
      lost,
      onRecord: (record) => letters.takeRedrive(record, source),
    })
    followed.nextRedrive = redrives.end
    this.#followed.set(name, followed)
  }

  #begin(topic: string, nextLetter = 0, nextRedrive = 0): Followed {
    const letters = new OpenDeadLetters(this.#options.groupId)
    return { topic, letters, nextLetter, nextRedrive }
  }
}
