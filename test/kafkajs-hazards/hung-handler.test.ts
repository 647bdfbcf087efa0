import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deferred } from '../../src/util/deferred.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { HOLDS_MS, uniqueName, until } from '../support/stack.ts'
import { type Brokers, CLUSTER_STARTS_MS, startBrokers } from './brokers.ts'

const SESSION_MS = 6_000

let brokers: Brokers
beforeAll(async () => {
  brokers = await startBrokers()
}, CLUSTER_STARTS_MS)
afterAll(() => brokers?.end())

describe('a handler that never ends', () => {
  it('plain kafkajs stays a healthy member, since it keeps fetching from other brokers', async () => {
    const topic = uniqueName('hung')
    await brokers.spread(topic, 1)
    await brokers.produce(topic, 0, 1)
    const consumer = brokers.kafka().consumer({
      groupId: topic,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 100,
    })
    const gate = deferred()
    const events: string[] = []
    let hungAtMs: number | undefined
    let lastBeatMs = 0
    for (const event of [consumer.events.CRASH, consumer.events.REBALANCING] as const) {
      // On a new cluster kafkajs may have to retry its first join.
      consumer.on(event, () => hungAtMs !== undefined && void events.push(event))
    }
    consumer.on(consumer.events.HEARTBEAT, () => {
      lastBeatMs = performance.now()
    })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      partitionsConsumedConcurrently: 2,
      eachMessage: async () => {
        hungAtMs ??= performance.now()
        await gate.promise
      },
    })
    await until(() => hungAtMs, { what: 'the handler to be called' })
    const isTwoSessionsLater = () => lastBeatMs - hungAtMs! > 2 * SESSION_MS
    await until(isTwoSessionsLater, { what: 'heartbeats two sessions later' })
    expect(events).toEqual([])
    gate.resolve()
    await consumer.disconnect()
  })

  it('the service names the plugin and ends', async () => {
    const plugin = { slug: 'hung', timeoutMs: 200, processEvent: () => deferred().promise }
    const settings = { HANDLER_GRACE_MS: '200', DRAIN_TIMEOUT_MS: '200' }
    const s = await situation({ plugins: [plugin], partitions: 1, settings })
    const service = await s.start()
    const move = moved('ent_1')
    await s.publish([move])
    const ends = () => service.failures[0]
    const failure = await until(ends, { what: 'the service to end', timeoutMs: HOLDS_MS })
    expect(failure).toMatchObject({
      code: 'HANDLER_TIMEOUT',
      message: `plugin hung ignores its abort signal: its handler for inventory.moved ${move.id} at ${s.topic}/0@0 does not end`,
    })
    expect((await s.offsets())[0]).toMatchObject({ committed: 0 })
  })
})
