import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, HOLDS_MS, kafkaClient, uniqueName, until } from '../support/stack.ts'

describe('partitions that are paused, lost to another member and regained', () => {
  it('plain kafkajs keeps them paused', async () => {
    const topic = uniqueName('regained')
    await createTopics({ topic, numPartitions: 2 })
    const seen: string[] = []
    const options = { groupId: topic, heartbeatInterval: 300, maxWaitTimeInMs: 100 }
    const first = kafkaClient().consumer(options)
    let assigned = 0
    first.on(first.events.GROUP_JOIN, ({ payload }) => {
      assigned = payload.memberAssignment[topic]?.length ?? 0
    })
    await first.connect()
    await first.subscribe({ topic, fromBeginning: true })
    await first.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) })
    await until(() => assigned === 2, { what: 'the first to have both' })
    first.pause([{ topic }])

    const second = kafkaClient().consumer(options)
    await second.connect()
    await second.subscribe({ topic, fromBeginning: true })
    await second.run({ eachMessage: async () => {} })
    await until(() => assigned === 1, { what: 'the second to have one' })
    await second.disconnect()
    await until(() => assigned === 2, { what: 'the first to have both again' })
    expect(first.paused()).toMatchObject([{ topic, partitions: [0, 1] }])

    const producer = kafkaClient().producer()
    await producer.connect()
    const messages = [0, 1].map((partition) => ({ partition, value: 'unread' }))
    await producer.send({ topic, messages }).finally(() => producer.disconnect())
    let beats = 0
    first.on(first.events.HEARTBEAT, () => {
      beats += 1
    })
    await until(() => beats >= 5, { what: 'the first to send heartbeats without reading' })
    await first.disconnect()
    expect(seen).toEqual([])
  })

  it('the service reads them again', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const { plugin, ids } = recorder()
    const stalling = { ...plugin, processEvent: () => gate }
    const s = await situation({
      plugins: [stalling],
      partitions: 2,
      settings: { MAX_IN_FLIGHT_BYTES: '1048576', REBALANCE_DRAIN_TIMEOUT_MS: '0' },
    })
    const name = 'x'.repeat(100_000)
    const large = Array.from({ length: 24 }, (_, n) => {
      const event = moved(`ent_${n}`, n)
      return { ...event, entity: { ...event.entity, name } }
    })
    for (const [n, event] of large.entries()) {
      await s.produce([{ ...s.record(event), partition: n % 2 }])
    }
    const first = await s.start()
    const paused = async () => (await first.metric('paused_partitions')) === 2
    await until(paused, { what: 'both partitions to be paused', timeoutMs: HOLDS_MS })

    const second = await s.start({}, [{ ...plugin, slug: 'recorder' }])
    const shared = async () => (await s.members()).filter((each) => each.length === 1).length === 2
    await until(shared, { what: 'both members to have a partition', timeoutMs: HOLDS_MS })
    const isLess = async () => (await first.metric('paused_partitions')) === 1
    await until(isLess, { what: 'the first to have given one up', timeoutMs: HOLDS_MS })
    await second.stop()
    const regained = async () => (await s.members()).some((each) => each.length === 2)
    await until(regained, { what: 'the first to have both again', timeoutMs: HOLDS_MS })
    const fresh = [0, 1].map((partition) => ({ ...s.record(moved(`new_${partition}`)), partition }))
    await s.produce(fresh)
    open()
    await s.caughtUp(HOLDS_MS)
    expect(first.failures).toEqual([])
    expect(ids().length).toBeLessThanOrEqual(12)
  })
})
