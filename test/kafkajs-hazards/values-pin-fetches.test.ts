import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { pluginEvent } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, HOLDS_MS, kafkaClient, uniqueName, until } from '../support/stack.ts'
import { pinnedBytes } from './pinned-bytes.ts'

const MB = 1_000_000
const BATCHES = 10

/** Referenced bytes without those of fetches in progress. */
async function lastingBytes(): Promise<number> {
  let least = Infinity
  for (let i = 0; i < 10; i++) {
    least = Math.min(least, pinnedBytes())
    await sleep(100)
  }
  return least
}

describe('values are views into the fetched buffer', () => {
  it('plain kafkajs keeps megabytes alive for a few small values', async () => {
    const topic = uniqueName('pinned')
    await createTopics({ topic })
    const producer = kafkaClient().producer()
    await producer.connect()
    const messages = Array.from({ length: 900 }, () => ({ value: 'x'.repeat(1_000) }))
    for (let n = 0; n < BATCHES; n++) await producer.send({ topic, messages })
    await producer.disconnect()
    const before = await lastingBytes()
    const kept: Buffer[] = []
    const consumer = kafkaClient().consumer({ groupId: topic, maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachBatch: async ({ batch }) => void kept.push(batch.messages[0]!.value!),
    })
    await until(() => kept.length >= BATCHES, { what: 'kafkajs to read all batches' })
    await consumer.disconnect()
    const pinned = (await lastingBytes()) - before
    expect(kept.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(0.02 * MB)
    expect(pinned).toBeGreaterThan(3 * MB)
  })

  it('the service keeps only the records that wait', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let waiting = 0
    const plugin = {
      slug: 'waiting',
      wantsProcessEvent: (name: string) => name === 'wanted',
      processEvent: () => {
        waiting += 1
        return gate
      },
    }
    const s = await situation({ plugins: [plugin], partitions: 1 })
    const unwanted = s.record(pluginEvent('noise', { id: 'n', padding: 'x'.repeat(1_000) }))
    for (let n = 0; n < BATCHES; n++) {
      const wanted = s.record(pluginEvent('wanted', { id: `ent_${n}` }))
      await s.produce([wanted, ...Array.from({ length: 800 }, () => unwanted)])
    }
    await s.start()
    const isAtEnd = () => waiting === BATCHES
    await until(isAtEnd, { what: 'the wanted events to be handled', timeoutMs: HOLDS_MS })
    const whileWaiting = await lastingBytes()
    open()
    await s.caughtUp(HOLDS_MS)
    expect(whileWaiting - (await lastingBytes())).toBeLessThan(2 * MB)
  })
})
