import { prototypeIn } from './internals.ts'

interface BrokerPool {
  refreshMetadata(topics: readonly string[]): Promise<void>
}

interface Encoder {
  writeArray(array: readonly unknown[]): this
  writeNullableArray(array: readonly unknown[], type?: string): this
}

/** Recognised by identity where kafkajs encodes it: it passes on an array that it need not shuffle. */
const NO_TOPICS: readonly string[] = []

let done = false

/**
 * A client that knows of no topic yet asks for the brokers alone. kafkajs encodes an empty list of topics as
 * none, which requests all of the cluster: each client that connects would receive what may be megabytes,
 * and fail where any topic is without a leader. What lists topics still requests all. Another version of
 * kafkajs is left alone.
 */
export function requestNoTopics(): void {
  const pool = prototypeIn<BrokerPool>('cluster/brokerPool')
  const encoder = prototypeIn<Encoder>('protocol/encoder')
  if (done || pool === undefined || encoder === undefined) return
  done = true
  const { refreshMetadata } = pool
  const { writeNullableArray } = encoder
  pool.refreshMetadata = function (this: BrokerPool, topics) {
    return refreshMetadata.call(this, topics.length === 0 ? NO_TOPICS : topics)
  }
  encoder.writeNullableArray = function (this: Encoder, array, type) {
    if (array === NO_TOPICS) return this.writeArray(array)
    return writeNullableArray.call(this, array, type) as Encoder
  }
}
