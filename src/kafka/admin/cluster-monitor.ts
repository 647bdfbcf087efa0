import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { partitionName, type SourceRecord } from '../../event/record.ts'
import { ageMs } from '../../event/time/timestamp.ts'
import { deadLetterTopicOf, readTopicsOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { counted } from '../../util/text/counted.ts'
import { settledWithin } from '../../util/with-timeout.ts'
import type { OwnedPartition } from '../consumer/owned-partition.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { RemovalForecast } from './removal-forecast.ts'
import { readFirstOffsetsSince, readTopicRanges, type TopicRanges } from './topic-ranges.ts'
import { UnreadSince } from './unread-since.ts'

export interface ClusterWatchOptions {
  kafka: Kafka
  /** Of the consumer, which closes it. */
  cluster: Cluster
  topics: readonly string[]
  /** The topics that need at least as many partitions as this input topic. */
  sinksOf: (topic: string) => string[]
  owned: () => Iterable<OwnedPartition>
  clock: Clock
  log: Logger
}

export interface PartitionLag {
  topic: string
  partition: number
  /** Records between the committed offset and the end of the partition. */
  lag: number
  /** How long the oldest record that is not completed has waited. */
  lagMs: number
}

const INTERVAL_MS = 5_000
/** An end that was read longer ago says nothing of the lag. */
const STALE_MS = 30_000
/** Nothing is logged of what fails for less long. */
const QUIET_MS = 30_000
const STOP_MS = 1_000

/**
 * Polls the brokers for what the consumer cannot know: end offsets, so that lag is right while
 * partitions are paused, the partition counts of the topics that are written to, and what Kafka removes.
 * When a request fails, the last known values stay; lag, for a while.
 */
export class ClusterMonitor {
  #options: ClusterWatchOptions
  #admin: Admin
  #logs: TopicRanges = new Map()
  #unread = new UnreadSince()
  #tooFewPartitions: string[] = []
  #removal = new RemovalForecast()
  #failures: FailureLog
  #failingSinceMs: number | undefined
  #stopped = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ClusterWatchOptions) {
    this.#options = options
    this.#failures = new FailureLog(options)
    this.#admin = options.kafka.admin()
  }

  /** Topics with fewer partitions than the input topic that they belong to. */
  get topicsWithFewerPartitions(): readonly string[] {
    return this.#tooFewPartitions
  }

  /** Why Kafka has removed the record or is about to; undefined while it keeps it. */
  removalOf(record: SourceRecord): string | undefined {
    return this.#removal.removalOf(record)
  }

  /** The lag of each owned partition whose end offset was read lately. */
  *lags(): Iterable<PartitionLag> {
    for (const owned of this.#options.owned()) {
      const { topic, partition, ledger, committedOffset } = owned
      if (this.#isStale(owned)) continue
      const end = this.#logs.get(topic)!.get(partition)!.high
      // Without a committed offset, lag counts from where the group began to read.
      const done = committedOffset < 0 ? ledger.watermark : committedOffset
      const lag = Math.max(0, end - done)
      yield { topic, partition, lag, lagMs: this.#lagMs(owned) }
    }
  }

  /** The partition count of each input topic for which it is known. */
  *widths(): Iterable<{ topic: string; partitions: number }> {
    for (const topic of this.#options.topics) {
      const partitions = this.#logs.get(topic)?.size
      if (partitions !== undefined) yield { topic, partitions }
    }
  }

  /** How long each input and dead-letter topic keeps records, of those that remove some by time. */
  *retentions(): Iterable<{ topic: string; retentionMs: number }> {
    const { topics } = this.#options
    for (const topic of [...topics, ...topics.map(deadLetterTopicOf)]) {
      const retentionMs = this.#removal.retentionMsOf(topic)
      if (retentionMs !== undefined) yield { topic, retentionMs }
    }
  }

  /** Resolves after the first refresh; polling continues in the background until `stop`. */
  async start(): Promise<void> {
    await this.#admin.connect()
    await this.#refresh()
    this.#loop = this.#run()
  }

  /** Waits briefly for a request that was sent: without Kafka, kafkajs repeats it for long. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await settledWithin(this.#loop, STOP_MS, this.#options.clock)
    await this.#admin.disconnect()
  }

  #lagMs(owned: OwnedPartition): number {
    const nowMs = this.#options.clock.now()
    const unreadMs = nowMs - (this.#unread.sinceMs(owned) ?? nowMs)
    return Math.max(0, unreadMs, ageMs(owned.ledger.oldest?.timestampMs, nowMs))
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.#options.clock.sleep(INTERVAL_MS, this.#stopped.signal)
      if (!this.#stopped.signal.aborted) await this.#refresh()
    }
  }

  async #refresh(): Promise<void> {
    const { topics } = this.#options
    const letters = topics.map(deadLetterTopicOf)
    const problems = [
      await this.#try('end offsets', () => this.#refreshEnds()),
      await this.#try('partition counts', () => this.#refreshPartitionCounts()),
      await this.#try('retention', () => this.#refreshRetention(readTopicsOf(topics))),
      // Apart from the others, because the right to describe these may be missing.
      await this.#try('retention of dead letters', () => this.#refreshRetention(letters)),
      await this.#try('ages of records', () => this.#refreshAges()),
    ].filter((problem) => problem !== undefined)
    if (this.#stopped.signal.aborted) return
    const [first] = problems
    if (first === undefined) {
      this.#failingSinceMs = undefined
      this.#failures.worked({}, 'topics can be looked at again')
      return
    }
    const nowMs = this.#options.clock.elapsedMs()
    this.#failingSinceMs ??= nowMs
    // Brokers that are away for a moment are logged by those who need them.
    if (nowMs - this.#failingSinceMs < QUIET_MS) return
    const fields = { what: problems.map(({ what }) => what), error: first.error }
    this.#failures.failed(fields, 'cannot look at topics; the last known values stay')
  }

  /** Why it failed, if it did: one failure delays no other. */
  async #try(
    what: string,
    refresh: () => Promise<void>,
  ): Promise<{ what: string; error: string } | undefined> {
    if (this.#stopped.signal.aborted) return undefined
    try {
      await refresh()
      return undefined
    } catch (error) {
      return { what, error: messageOf(error) }
    }
  }

  #isStale({ topic, partition }: OwnedPartition): boolean {
    const { atMs = Number.NEGATIVE_INFINITY } = this.#logs.get(topic)?.get(partition) ?? {}
    return this.#options.clock.elapsedMs() - atMs > STALE_MS
  }

  async #refreshEnds(): Promise<void> {
    const { cluster, clock } = this.#options
    const topics = readTopicsOf(this.#options.topics)
    await cluster.want(topics)
    // To the end of the log: kafkajs's admin client stops at a transaction that is open.
    const read = await readTopicRanges(cluster, topics, this.#logs, clock.elapsedMs())
    // A topic that is not described at the moment keeps its last known ranges.
    this.#logs = new Map([...this.#logs, ...read])
    for (const [topic, ranges] of read) {
      this.#removal.setLogStarts(topic, new Map([...ranges].map(([id, { low }]) => [id, low])))
    }
    for (const owned of this.#options.owned()) {
      const end = this.#logs.get(owned.topic)?.get(owned.partition)?.high ?? 0
      this.#unread.look(owned, end, clock.now())
    }
    const stale = [...this.#options.owned()].filter((owned) => this.#isStale(owned))
    if (stale.length > 0) throw lagUnknown(stale)
  }

  async #refreshPartitionCounts(): Promise<void> {
    const { topics: inputs, sinksOf, cluster } = this.#options
    await cluster.want(inputs.flatMap((topic) => [topic, ...sinksOf(topic)]))
    // Whether this user may see a topic is another check's.
    const isSeen = (topic: string) =>
      cluster.topic(topic) !== undefined || cluster.missing.get(topic) === UNKNOWN_TOPIC
    const partitionCountOf = (topic: string) => cluster.topic(topic)?.partitions.size ?? 0
    const isNarrow = (sink: string, topic: string) =>
      isSeen(sink) && partitionCountOf(sink) < partitionCountOf(topic)
    this.#tooFewPartitions = inputs.flatMap((topic) =>
      sinksOf(topic).filter((sink) => isNarrow(sink, topic)),
    )
  }

  async #refreshRetention(topics: readonly string[]): Promise<void> {
    const { resources } = await this.#admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: ['retention.ms', 'cleanup.policy'],
      })),
    })
    for (const { resourceName, configEntries } of resources) {
      const entries = new Map(configEntries.map((each) => [each.configName, each.configValue]))
      this.#removal.setRetention(resourceName, {
        cleanupPolicy: entries.get('cleanup.policy') ?? '',
        retentionMs: Number(entries.get('retention.ms') || -1),
      })
    }
  }

  async #refreshAges(): Promise<void> {
    const { topics, cluster, clock } = this.#options
    const times = new Map<string, number>()
    for (const topic of readTopicsOf(topics)) {
      const oldestKeptMs = this.#removal.oldestKeptMs(topic, clock.now())
      if (oldestKeptMs !== undefined) times.set(topic, oldestKeptMs)
    }
    const first = await readFirstOffsetsSince(cluster, times, this.#logs)
    for (const [topic, offsets] of first) {
      this.#removal.setKeptFrom(topic, times.get(topic)!, offsets)
    }
  }
}

const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION'

function lagUnknown([first, ...others]: readonly OwnedPartition[]): Error {
  const more = others.length === 0 ? '' : ` and of ${counted(others.length, 'other')}`
  return new Error(`the lag of ${partitionName(first!)}${more} is not known`)
}
