import { describe, expect, it } from 'vitest'
import type { OutgoingRecord } from '../../../src/kafka/producer/message.ts'
import { createBatchSender } from '../../../src/publish/send-batch.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { fakeProducer, tooLarge, unavailable } from './fake-producer.ts'

const record = (size: number): OutgoingRecord => ({ key: 'k', value: Buffer.alloc(size) })
const sizes = (records: readonly OutgoingRecord[]) => records.map(({ value }) => value!.length)
const bytes = (records: readonly OutgoingRecord[]) => sizes(records).reduce((a, b) => a + b, 0)

function delivery(fail: (records: readonly OutgoingRecord[]) => Error | undefined) {
  const { producer, batches } = fakeProducer(fail)
  const clock = new ManualClock()
  const retried: string[] = []
  const onRetry = ({ message }: Error) => void retried.push(message)
  const options = { topic: 't', producer, clock, deliveryTimeoutMs: 2_000, onRetry }
  return { deliver: createBatchSender(options), batches, clock, retried }
}

describe('a delivery', () => {
  it('halves a batch that is too large until it fits, in order', async () => {
    const { deliver, batches } = delivery((records) =>
      bytes(records) > 10 ? tooLarge() : undefined,
    )
    const refused = await deliver([5, 4, 3, 2, 1].map(record))
    expect(refused.size).toBe(0)
    expect(batches.flatMap(({ records }) => sizes(records))).toEqual([5, 4, 3, 2, 1])
  })

  it('returns the single record that is too large; the others are written', async () => {
    const { deliver, batches } = delivery((records) =>
      bytes(records) > 10 ? tooLarge() : undefined,
    )
    const records = [3, 50, 4].map(record)
    const refused = await deliver(records)
    expect([...refused.keys()]).toEqual([records[1]])
    expect(batches.flatMap(({ records }) => sizes(records))).toEqual([3, 4])
  })

  it('retries while Kafka is unavailable, up to its timeout', async () => {
    let attempts = 0
    const { deliver, clock } = delivery(() => {
      attempts++
      return unavailable()
    })
    const done = expect(deliver([record(1)])).rejects.toThrow('Kafka is away')
    await clock.advance(10_000)
    await done
    expect(attempts).toBe(5)
  })

  it('succeeds once Kafka is available again, and says each time that it was not', async () => {
    let isAway = true
    const { deliver, batches, clock, retried } = delivery(() =>
      isAway ? unavailable() : undefined,
    )
    const done = deliver([record(1)])
    await clock.advance(700)
    isAway = false
    await clock.advance(500)
    expect((await done).size).toBe(0)
    expect(batches).toHaveLength(1)
    expect(retried).toEqual(['Kafka is away', 'Kafka is away'])
  })
})
