import type { Kafka } from 'kafkajs'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { settledWithin, withTimeout } from '../../util/with-timeout.ts'
import { brokersOf, compressionOf, maxRequestBytesOf, openCluster } from '../client/client.ts'
import { causes, isTooLarge, kafkaError } from '../client/errors.ts'
import { compressorOf, zstd } from '../codecs/compress.ts'
import type { Cluster, Topic } from '../protocol/cluster.ts'
import { CurrentSender } from './current-sender.ts'
import { recentDenial, recordWrite } from './denied-topics.ts'
import { describedTopic, unacknowledged } from './described-topic.ts'
import { type OutgoingRecord, recordBytes } from './message.ts'
import { openSender } from './open-sender.ts'
import type { Portion } from './partition-queue.ts'
import { placeRecords } from './place-records.ts'
import { tooLargeError } from './too-large.ts'

const CONNECT_TIMEOUT_MS = 15_000
const SEND_TIMEOUT_MS = 30_000
const CLOSE_TIMEOUT_MS = 5_000
const MAX_WAITING_SENDS = 10_000
const RECORD_OVERHEAD_BYTES = 24

/** The offset that a partition gave to the first record of a send; below 0 if it is not known any more. */
export interface Acknowledgement {
  partition: number
  baseOffset: string
}

export interface Producer {
  /**
   * Writes the records, idempotently and to all in-sync replicas, in the order of the calls in each
   * partition. Rejects with PRODUCE_UNACKNOWLEDGED (not retryable: too large), TOPIC_MISSING,
   * KAFKA_REFUSED or KAFKA_UNAVAILABLE; some of the records may then be written all the same.
   */
  send(
    topic: string,
    records: readonly OutgoingRecord[],
    options?: SendOptions,
  ): Promise<Acknowledgement[]>
  /**
   * How many partitions the topic has, as far as is known; a promise if Kafka has to be asked, which
   * rejects as `send` does.
   */
  partitionCount(topic: string): MaybePromise<number>
  /** Waits for pending sends, up to 5 s, then disconnects: the others are rejected. */
  close(): Promise<void>
}

export interface SendOptions {
  /**
   * With zstd where the setting says none, for records that may exceed the topic's limit without.
   * Default: as the setting says.
   */
  compress?: boolean
}

export interface ProducerLimits {
  connectTimeoutMs?: number
  /** For one send, its retries included. */
  sendTimeoutMs?: number
}

/** Connects, or rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED. */
export async function createProducer(kafka: Kafka, limits: ProducerLimits = {}): Promise<Producer> {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, sendTimeoutMs = SEND_TIMEOUT_MS } = limits
  const cluster = openCluster(kafka, clock)
  const doing = `connect to Kafka at ${brokersOf(kafka)}`
  const late = () => unavailable(doing, connectTimeoutMs)
  const open = () => openSender(cluster, clock, maxRequestBytesOf(kafka))
  const first = await withTimeout(open(), connectTimeoutMs, late).catch((error) => {
    cluster.close()
    throw connectError(error, doing)
  })
  const current = new CurrentSender(first, open)
  const pending = new Set<Promise<unknown>>()
  const describing = new Map<string, Promise<Topic>>()
  /** As last known, also while a topic is missing. */
  const counts = new Map<string, number>()
  const configured = compressorOf(compressionOf(kafka))
  let turn = 0

  async function send(topic: string, records: readonly OutgoingRecord[], compress: boolean) {
    const refusal = recentDenial(kafka, topic, performance.now())
    if (refusal !== undefined) throw refusal
    try {
      return await sendNow(topic, records, compress)
    } catch (error) {
      throw await failureOf(topic, records, error)
    }
  }

  async function sendNow(topic: string, records: readonly OutgoingRecord[], compress: boolean) {
    const known = cluster.topic(topic) ?? (await described(topic))
    if (current.last.isWornOut) await current.fresh()
    turn += 1
    const width = known.partitions.size
    const placed = placeRecords(records, width, turn % width)
    for (const partition of placed.keys()) {
      if (!known.partitions.has(partition)) await requirePartition(cluster, topic, partition)
    }
    const written = [...placed].map(([partition, all]) =>
      write({ topic, partition }, all, compress),
    )
    const results = await Promise.allSettled(written)
    const failed = results.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    recordWrite(kafka, topic, performance.now())
    return results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  }

  /** Sends that wait for the same topic go on in the order of their calls. */
  function described(topic: string): Promise<Topic> {
    return getOrInsert(describing, topic, () =>
      describedTopic(cluster, topic).finally(() => describing.delete(topic)),
    )
  }

  function write(
    place: { topic: string; partition: number },
    records: readonly OutgoingRecord[],
    compress: boolean,
  ): Promise<Acknowledgement> {
    const nowMs = clock.now()
    return new Promise((resolve, reject) => {
      current.last.add(place, {
        records: records.map((record) => timed(record, nowMs)),
        bytes: records.reduce((sum, each) => sum + RECORD_OVERHEAD_BYTES + recordBytes(each), 0),
        deadlineMs: clock.elapsedMs() + sendTimeoutMs,
        compressor: compress ? (configured ?? zstd) : configured,
        written: (offset) => resolve({ partition: place.partition, baseOffset: String(offset) }),
        failed: reject,
      })
    })
  }

  async function askedCount(topic: string): Promise<number> {
    try {
      return (await described(topic)).partitions.size
    } catch (error) {
      throw await failureOf(topic, [], error)
    }
  }

  async function failureOf(topic: string, records: readonly OutgoingRecord[], error: unknown) {
    if (isTooLarge(error)) return tooLargeError(kafka, topic, records, error)
    const failure = kafkaError(error, `write to topic ${topic}`)
    if (failure.code === 'KAFKA_REFUSED') recordWrite(kafka, topic, performance.now(), failure)
    return failure
  }

  return {
    async send(topic, records, { compress = false } = {}) {
      if (records.length === 0) return []
      if (pending.size >= MAX_WAITING_SENDS) throw tooManyWaiting(MAX_WAITING_SENDS)
      const sent = send(topic, records, compress)
      const settled: Promise<unknown> = sent.catch(() => undefined)
      pending.add(settled)
      void settled.then(() => pending.delete(settled))
      return sent
    },
    partitionCount(topic) {
      const known = cluster.topic(topic)?.partitions.size ?? counts.get(topic)
      if (known === undefined) return askedCount(topic)
      counts.set(topic, known)
      return known
    },
    async close() {
      await settledWithin(Promise.all(pending), CLOSE_TIMEOUT_MS, clock)
      current.last.close()
      cluster.close()
    },
  }
}

/** Each property by its name: a copy by rest and spread takes eight times as long. */
function timed(
  { key, value, headers, timestampMs }: OutgoingRecord,
  nowMs: number,
): Portion['records'][number] {
  return { key, value, headers, timestampMs: timestampMs ?? nowMs }
}

async function requirePartition(cluster: Cluster, topic: string, partition: number): Promise<void> {
  await cluster.refresh()
  if (cluster.topic(topic)?.partitions.has(partition)) return
  throw unacknowledged(topic, `partition ${partition}`)
}

/**
 * Kafka denies a producer id, with CLUSTER_AUTHORIZATION_FAILED, to a user without Write on any
 * topic.
 */
function connectError(error: unknown, doing: string): InventoryEventsError {
  const failure = kafkaError(error, doing)
  const mayNotWrite = causes(error).some(({ type }) => type === 'CLUSTER_AUTHORIZATION_FAILED')
  if (!mayNotWrite) return failure
  const message = `${failure.message}; this user may not write to any topic`
  return new InventoryEventsError('KAFKA_REFUSED', message, { cause: error })
}

function unavailable(doing: string, timeoutMs: number): InventoryEventsError {
  const message = `cannot ${doing}: no response from Kafka within ${timeoutMs / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

function tooManyWaiting(limit: number): InventoryEventsError {
  const message = `${limit} sends are already waiting for Kafka; retry later`
  return new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', message, { retryable: true })
}
