import kafkajs, { type Kafka, type Message } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { brokersOf } from '../client/client.ts'
import { causes, isTooLarge, kafkaError } from '../client/errors.ts'
import { type Acknowledgement, requireAcknowledged } from './acknowledgement.ts'
import { recordWrite } from './denied-topics.ts'
import { stablePartitioner } from './stable-partitioner.ts'
import { tooLargeError } from './too-large.ts'

const { CompressionTypes } = kafkajs
/** With the client's retry delays, one send survives a broker outage of about 20 s. */
const RETRIES = 12
const CLOSE_TIMEOUT_MS = 5_000
const METADATA_MAX_AGE_MS = 60_000

/** One kafkajs producer, so one producer id with its own sequence numbers. */
export interface ProducerSession {
  send(
    topic: string,
    messages: Message[],
    options: { timeoutMs: number; compress?: boolean },
  ): Promise<Acknowledgement[]>
  /** Ends it without waiting. Retries that are still running write nothing after this. */
  abandon(): void
  close(): Promise<void>
}

/** Rejects with KAFKA_UNAVAILABLE when no broker responds within the limit. */
export async function openSession(kafka: Kafka, timeoutMs: number): Promise<ProducerSession> {
  const partitioner = stablePartitioner()
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    createPartitioner: () => partitioner.choose,
    retry: { retries: RETRIES },
  })
  const doing = `connect to Kafka at ${brokersOf(kafka)}`
  const connected = withTimeout(producer.connect(), timeoutMs, () => late(doing, timeoutMs))
  const disconnect = () => void producer.disconnect().catch(() => undefined)
  await connected.catch((error) => {
    disconnect()
    throw connectError(error, doing)
  })
  return {
    async send(topic, messages, { timeoutMs: limitMs, compress = false }) {
      partitioner.startSend()
      const compression = compress ? CompressionTypes.ZSTD : CompressionTypes.None
      const sent = producer.send({ topic, messages, acks: -1, compression })
      const doing = `write to topic ${topic}`
      const inTime = withTimeout(sent, limitMs, () => late(doing, limitMs))
      const answer = await inTime.catch(async (error) => {
        if (isTooLarge(error)) throw await tooLargeError(kafka, topic, messages, error)
        const failure = kafkaError(error, doing)
        if (failure.code === 'KAFKA_REFUSED') recordWrite(kafka, topic, performance.now(), failure)
        throw failure
      })
      recordWrite(kafka, topic, performance.now())
      return requireAcknowledged(topic, partitioner.chosen(), answer)
    },
    abandon() {
      partitioner.refuse()
      disconnect()
    },
    close: () => withTimeout(producer.disconnect(), CLOSE_TIMEOUT_MS, () => late('disconnect', 0)),
  }
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

function late(doing: string, timeoutMs: number): InventoryEventsError {
  const message = `cannot ${doing}: no response from Kafka within ${timeoutMs / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
