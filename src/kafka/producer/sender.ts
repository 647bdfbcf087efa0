import { partitionName } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { Latch } from '../../util/latch.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { type ProducedPartition, produceRequest } from '../protocol/requests/produce.ts'
import { byTopic } from '../wire/by-topic.ts'
import { BATCH_BYTES_MAX, PartitionQueue, type Portion } from './partition-queue.ts'
import { produceErrorOf } from './produce-error.ts'

export interface SenderPorts {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  /** Given by the cluster, with its first epoch. */
  producer: { producerId: bigint; epoch: number }
  /** Of records. A single batch may be larger. */
  maxRequestBytes: number
}

interface QueuedBatch {
  queue: PartitionQueue
  topic: string
  partition: number
  batch: Buffer
}

const RETRY_MS = 200
/** Well below the next, so that a broker that waits for its replicas is not taken for a dead one. */
const REPLICAS_LIMIT_MS = 5_000
/** Without a byte of the response: the connection may be dead, and neither end knows. */
const REQUEST_LIMIT_MS = 8_000
/** No byte comes back while a request goes out: a slow network is given more time for a larger one. */
const SLOW_BYTES_PER_MS = 1_000
const NOBODY = -1

/**
 * Sends what waits for partitions to their leaders: one request at a time for each leader, with one batch
 * of each partition. What comes meanwhile goes into the next, so that batches grow with the load.
 */
export class Sender {
  readonly #ports: SenderPorts
  readonly #queues = new Map<string, PartitionQueue>()
  /** Those that have something to send. */
  readonly #busy = new Set<PartitionQueue>()
  readonly #loops = new Map<number, Latch>()
  readonly #closed = new AbortController()
  #isWornOut = false

  constructor(ports: SenderPorts) {
    this.#ports = ports
  }

  /** Whether a partition has used up its epochs, so that another producer must go on. */
  get isWornOut(): boolean {
    return this.#isWornOut
  }

  add(place: { topic: string; partition: number }, portion: Portion): void {
    if (this.#closed.signal.aborted) {
      portion.failed(closedError())
      return
    }
    const queue = getOrInsert(this.#queues, partitionName(place), () => {
      const { epoch } = this.#ports.producer
      return new PartitionQueue(place.topic, place.partition, epoch, () => {
        this.#isWornOut = true
      })
    })
    queue.add(portion)
    this.#busy.add(queue)
    this.#wake(this.#leaderOf(queue))
  }

  /** Gives up what is not written. */
  close(): void {
    this.#closed.abort()
    for (const queue of this.#busy) queue.failAll(closedError())
    this.#busy.clear()
    for (const latch of this.#loops.values()) latch.set()
  }

  #wake(leader: number): void {
    const running = this.#loops.get(leader)
    if (running === undefined) void this.#loop(leader)
    else running.set()
  }

  /** NOBODY while there is none. */
  #leaderOf({ topic, partition }: PartitionQueue): number {
    return this.#ports.cluster.leaderOf(topic, partition)?.nodeId ?? NOBODY
  }

  /** Until nothing is left for this leader. */
  async #loop(leader: number): Promise<void> {
    const { clock } = this.#ports
    const woken = new Latch()
    this.#loops.set(leader, woken)
    // What is added to other partitions in the same tick goes into the same request.
    await Promise.resolve()
    while (!this.#closed.signal.aborted) {
      woken.clear()
      this.#expire()
      const led = [...this.#busy].filter((queue) => this.#leaderOf(queue) === leader)
      if (led.length === 0) break
      const due = led.filter(({ retryAtMs }) => clock.elapsedMs() >= retryAtMs)
      if (leader === NOBODY) await this.#findLeaders()
      else if (due.length > 0) await this.#send(leader, due)
      else await woken.wait(RETRY_MS, clock)
    }
    this.#loops.delete(leader)
    // What it led may have moved while it waited to be sent again, and no other loop knows.
    this.#wakeLeaders()
  }

  async #findLeaders(): Promise<void> {
    const { cluster, clock } = this.#ports
    await clock.sleep(RETRY_MS, this.#closed.signal)
    await cluster.refresh().catch(() => undefined)
    this.#wakeLeaders()
  }

  #wakeLeaders(): void {
    for (const queue of this.#busy) this.#wake(this.#leaderOf(queue))
  }

  async #send(leader: number, due: readonly PartitionQueue[]): Promise<void> {
    const { producer, maxRequestBytes } = this.#ports
    const batches: QueuedBatch[] = []
    let bytes = 0
    for (const queue of due) {
      if (bytes > 0 && bytes + BATCH_BYTES_MAX > maxRequestBytes) break
      const batch = await queue.batch(producer.producerId)
      if (batch === undefined) continue
      batches.push({ queue, topic: queue.topic, partition: queue.partition, batch })
      bytes += batch.length
    }
    await this.#exchange(leader, batches, REQUEST_LIMIT_MS + bytes / SLOW_BYTES_PER_MS)
    for (const queue of due) if (queue.isEmpty) this.#busy.delete(queue)
    for (const { queue } of batches) this.#goLast(queue)
  }

  /** So that partitions for which a request had no room come first in the next. */
  #goLast(queue: PartitionQueue): void {
    if (this.#busy.delete(queue)) this.#busy.add(queue)
  }

  async #exchange(leader: number, batches: readonly QueuedBatch[], limitMs: number): Promise<void> {
    const { cluster, clock } = this.#ports
    if (batches.length === 0) return
    try {
      const topics = byTopic(batches)
      const body = { transactionalId: null, timeoutMs: REPLICAS_LIMIT_MS, topics }
      const answer = await cluster.send(leader, 'produce', produceRequest, body, limitMs)
      const answers = new Map(answer.partitions.map((each) => [partitionName(each), each]))
      for (const each of batches.filter(isUnderWay)) {
        this.#judge(each.queue, answers.get(partitionName(each)))
      }
    } catch (error) {
      // The request may have arrived.
      const atMs = clock.elapsedMs() + RETRY_MS
      for (const { queue } of batches.filter(isUnderWay)) queue.retry(atMs)
      this.#problem = messageOf(error)
      await cluster.refresh().catch(() => undefined)
      this.#wakeLeaders()
    }
  }

  #problem = 'no response'

  #judge(queue: PartitionQueue, answer: ProducedPartition | undefined): void {
    const { cluster, clock } = this.#ports
    const atMs = clock.elapsedMs() + RETRY_MS
    if (answer === undefined) {
      queue.retry(atMs)
      return
    }
    const produced = produceErrorOf(answer.errorCode)
    if (produced === 'written') {
      queue.written(answer.baseOffset)
      return
    }
    const error = new BrokerError(answer.errorCode, `write to topic ${queue.topic}`)
    this.#problem = error.type
    switch (produced) {
      case 'retry':
        queue.retry(atMs)
        void cluster.refresh().then(
          () => this.#wakeLeaders(),
          () => undefined,
        )
        return
      case 'too-large':
        if (!queue.split()) queue.fail(error)
        return
      case 'lost-track':
        // An earlier attempt may have been written, and been forgotten.
        if (queue.isInDoubt) queue.fail(error)
        else queue.renumber()
        return
      case 'refused':
        queue.fail(error)
    }
  }

  #expire(): void {
    const nowMs = this.#ports.clock.elapsedMs()
    for (const queue of this.#busy) {
      queue.expire(nowMs, () => unavailable(`no acknowledgement in time: ${this.#problem}`))
      if (queue.isEmpty) this.#busy.delete(queue)
    }
  }
}

/** The leader may have moved, and the new one have answered before. */
function isUnderWay({ queue, batch }: QueuedBatch): boolean {
  return queue.isUnderWay(batch)
}

function closedError(): InventoryEventsError {
  return unavailable('the producer is closed')
}

function unavailable(why: string): InventoryEventsError {
  return new InventoryEventsError('KAFKA_UNAVAILABLE', why, { retryable: true })
}
