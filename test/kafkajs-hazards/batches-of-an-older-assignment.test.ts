import kafkajs, { type Batch, type Consumer, type ConsumerRunConfig } from 'kafkajs'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { KafkaSource } from '../../src/kafka/consumer/consumer.ts'
import { noHistory } from '../../src/kafka/consumer/offset-reset.ts'
import type { Intake } from '../../src/pipeline/source.ts'
import { systemClock } from '../../src/util/clock.ts'
import { deferred } from '../../src/util/deferred.ts'
import { HOLDS_MS, uniqueName, until } from '../support/stack.ts'
import { type Brokers, CLUSTER_STARTS_MS, startBrokers } from './brokers.ts'
import { type Hands, losing, steered } from './steered.ts'

/** Makes kafkajs notice added partitions while it fetches, and rejoin at once. */
const QUICK = { metadataMaxAge: 300, maxWaitTimeInMs: 100, heartbeatInterval: 500 }

let brokers: Brokers
beforeAll(async () => {
  brokers = await startBrokers()
}, CLUSTER_STARTS_MS)
afterAll(() => brokers?.end())

/** Resolves at the next join without the topic; without one, at the next join. */
function joined(consumer: Consumer, lostTopic?: string): Promise<void> {
  return new Promise((resolve) => {
    const remove = consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (lostTopic !== undefined && lostTopic in payload.memberAssignment) return
      remove()
      resolve()
    })
  })
}

async function plainly(topics: string[], hands: Hands, eachBatch: ConsumerRunConfig['eachBatch']) {
  const consumer = brokers.kafka().consumer({
    ...QUICK,
    groupId: uniqueName('plain'),
    partitionAssigners: [losing(kafkajs.PartitionAssigners.roundRobin, hands)],
  })
  onTestFinished(() => consumer.disconnect().catch(() => undefined))
  const isJoined = joined(consumer)
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: eachBatch!,
  })
  await isJoined
  return consumer
}

/** The service's KafkaSource with an intake that only records what it takes. */
async function shell(topics: string[], hands: Hands, offer: Intake['take'] = () => undefined) {
  const taken: string[] = []
  const failures: Error[] = []
  const intake: Intake = {
    begin: async () => {},
    flush: async () => {},
    release: async () => 'drained' as const,
    end: () => {},
    drain: async () => 'drained',
    take(epoch, record) {
      const obstacle = offer(epoch, record)
      if (obstacle !== undefined) return obstacle
      epoch.ledger.accept(record.offset, record.timestampMs, 0)
      taken.push(`${record.topic}/${record.partition}@${record.offset}`)
      return undefined
    },
  }
  const source = new KafkaSource({
    kafka: steered(brokers.kafka(), hands),
    groupId: uniqueName('group'),
    topics,
    intake,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    sessionTimeoutMs: 10_000,
    commitIntervalMs: 100,
    rebalanceDrainMs: 0,
    outOfRange: 'earliest',
    history: noHistory,
    reports: {
      onRebalance() {},
      onCommit() {},
      onOutOfRange() {},
      onFailure: (error) => failures.push(error),
    },
  })
  onTestFinished(async () => void (await source.stop(0)))
  await source.start()
  const areRead = () => [...source.owned].filter((each) => each.isPrepared).length === 2
  await until(areRead, { what: 'both partitions to be read', timeoutMs: HOLDS_MS })
  return { source, taken, failures }
}

const newHands = (): Hands => ({ config: QUICK, consumers: [] })

describe('a batch whose topic was lost while it was being processed', () => {
  async function twoTopics() {
    const [one, other] = [uniqueName('one'), uniqueName('other')]
    await brokers.spread(one, 1)
    await brokers.spread(other, 2)
    return { one, other }
  }

  it('plain kafkajs stops for good with a TypeError of its own', async () => {
    const { one, other } = await twoTopics()
    const hands = newHands()
    const gate = deferred()
    let isHeld = false
    const consumer = await plainly([one, other], hands, async ({ batch }) => {
      isHeld ||= batch.topic === one
      if (batch.topic === one) await gate.promise
    })
    const crashed = new Promise<{ error: Error; restart: boolean }>((resolve) =>
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload)),
    )
    await brokers.produce(one, 0, 1)
    await until(() => isHeld, { what: 'the batch to be processed' })
    hands.lostTopic = one
    const lost = joined(consumer, one)
    await brokers.widen(other, 2)
    await lost
    gate.resolve()
    const { error, restart } = await crashed
    expect(restart).toBe(false)
    expect(error.message).toMatch(/Cannot (set|read) properties of undefined/)
  })

  it('the service drops it and continues', async () => {
    const { one, other } = await twoTopics()
    const hands = newHands()
    const gate = deferred()
    let isOffered = false
    let isHeld = false
    hands.beforeHeartbeat = async ({ batch }) => {
      if (batch.topic !== one || !isOffered) return
      isHeld = true
      await gate.promise
    }
    const { taken, failures } = await shell([one, other], hands, (_, record) => {
      if (record.topic !== one || isOffered) return undefined
      isOffered = true
      return { why: 'held', cleared: Promise.resolve() }
    })
    await brokers.produce(one, 0, 1)
    await until(() => isHeld, { what: 'the batch to wait', timeoutMs: HOLDS_MS })
    hands.lostTopic = one
    const lost = joined(hands.consumers[0]!, one)
    await brokers.widen(other, 2)
    await lost
    gate.resolve()
    await brokers.produce(other, 0, 1)
    await until(() => taken.length > 0, { what: 'the other topic to be read', timeoutMs: HOLDS_MS })
    expect(taken).toEqual([`${other}/0@0`])
    expect(hands.consumers.length).toBe(1)
    expect(failures).toEqual([])
  })
})

describe('a batch of an older assignment of a partition that has moved on', () => {
  it('the service drops it and reads from the new offset', async () => {
    const topic = uniqueName('kept')
    await brokers.spread(topic, 1, 2)
    await brokers.produce(topic, 0, 10)
    const hands = newHands()
    const gate = deferred()
    let isHeld = false
    hands.beforeHeartbeat = async ({ batch }) => {
      if (fetchedOffsetOf(batch) !== '10') return
      isHeld = true
      await gate.promise
    }
    const { source, taken, failures } = await shell([topic], hands)
    await until(() => taken.length === 10, { what: 'the first batch', timeoutMs: HOLDS_MS })
    await brokers.produce(topic, 0, 10)
    await until(() => isHeld, { what: 'the second batch to wait', timeoutMs: HOLDS_MS })
    const committed = () => [...source.owned].some((each) => each.committedOffset === 10)
    await until(committed, { what: 'what was taken to be committed', timeoutMs: HOLDS_MS })
    // As if another member had owned the partition in between.
    await hands.consumers[0]!.commitOffsets([{ topic, partition: 0, offset: '15' }])
    await brokers.widen(topic, 3)
    const isNew = () =>
      [...source.owned].some((each) => each.ledger.expected === 15 && each.isPrepared)
    await until(isNew, { what: 'the partition to continue at 15', timeoutMs: HOLDS_MS })
    gate.resolve()
    await until(() => taken.includes(`${topic}/0@19`), { what: 'the last', timeoutMs: HOLDS_MS })
    expect(taken.slice(10)).toEqual([15, 16, 17, 18, 19].map((n) => `${topic}/0@${n}`))
    expect(hands.consumers.length).toBe(1)
    expect(failures).toEqual([])
  })
})

/** The offset in the fetch request. kafkajs sets it, but its types lack it. */
function fetchedOffsetOf(batch: Batch): string {
  return (batch as Batch & { fetchedOffset: string }).fetchedOffset
}
