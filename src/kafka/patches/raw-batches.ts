import type { PartitionAssigner } from 'kafkajs'
import { FETCH_VERSIONS, type FetchedPartition, readFetchAnswer } from '../records/fetch-answer.ts'
import type { FetchedBatch } from '../records/split-batches.ts'
import { patchCluster, patchOnce } from './patch-cluster.ts'

/** The number of the Fetch API. */
const FETCH = 1
/** From here on a broker expects its client to wait as long as it was throttled (KIP-219). */
const CLIENT_WAITS_SINCE = 8

interface Cluster {
  findBroker(options: unknown): Promise<Broker>
}

interface Broker {
  connectionPool: { send(request: ProtocolRequest): Promise<unknown> }
}

interface ProtocolRequest {
  request: { apiKey: number; apiVersion: number }
  response: { decode(bytes: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> }
}

/** What stands for a batch in kafkajs, which looks at the offset only. */
export interface BatchMessage {
  /** The batch's last one. */
  offset: string
  batch: FetchedBatch
  /** The batch holds no record to hand over. */
  isSkipped: boolean
}

/**
 * An assigner that also has fetch responses read by our own code: kafkajs gets one message for each
 * batch, whose records are read when it is their turn. Its own decoder makes a dozen objects for each
 * record, takes time that is quadratic in the number of headers, merges them on an object, checks no
 * checksum, and decompresses all batches of a response at once.
 */
export function withRawBatches(assigner: PartitionAssigner): PartitionAssigner {
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findBroker.bind(cluster)
    cluster.findBroker = async (options) => readingRaw(await find(options))
  })
}

const readingRaw = patchOnce((broker: Broker) => {
  const { connectionPool } = broker
  const send = connectionPool.send.bind(connectionPool)
  connectionPool.send = (request) => send(isReadable(request) ? withOwnDecoder(request) : request)
})

function isReadable({ request }: ProtocolRequest): boolean {
  const { oldest, newest } = FETCH_VERSIONS
  return request.apiKey === FETCH && request.apiVersion >= oldest && request.apiVersion <= newest
}

function withOwnDecoder(sent: ProtocolRequest): ProtocolRequest {
  const { apiVersion } = sent.request
  const decode = async (bytes: Buffer) => decodedAsKafkajs(bytes, apiVersion)
  return { ...sent, response: { decode, parse: sent.response.parse } }
}

/** In the form that kafkajs decodes a response to. */
function decodedAsKafkajs(bytes: Buffer, version: number): unknown {
  const { throttleTimeMs, errorCode, topics } = readFetchAnswer(bytes, version)
  const waitsHere = version >= CLIENT_WAITS_SINCE
  return {
    throttleTime: waitsHere ? 0 : throttleTimeMs,
    clientSideThrottleTime: waitsHere ? throttleTimeMs : undefined,
    errorCode,
    responses: topics.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(partitionAsKafkajs),
    })),
  }
}

function partitionAsKafkajs({ batches, skipped, ...fetched }: FetchedPartition): unknown {
  const messages = batches.map((batch): BatchMessage => {
    return { offset: String(batch.lastOffset), batch, isSkipped: skipped.has(batch) }
  })
  // The batches of aborted transactions are marked above.
  const abortedTransactions: never[] = []
  const highWatermark = String(fetched.highWatermark)
  return { ...fetched, highWatermark, abortedTransactions, messages }
}
