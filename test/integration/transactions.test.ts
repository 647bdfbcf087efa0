import type { Message, Producer } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { kafkaClient, uniqueName, until } from '../support/stack.ts'

it('plain kafkajs does not report control records after the last record', async () => {
  const s = await situation({ plugins: [], partitions: 1 })
  const producer = await transactional()
  const three = [0, 1, 2].map((n) => ({ ...s.record(moved('ent_1', n)), partition: 0 }))
  await write(producer, s.topic, three, 'commit')
  await write(producer, s.topic, [{ ...three[0]!, partition: 0 }], 'abort')
  const seen: string[] = []
  let passed = -1
  const consumer = kafkaClient().consumer({ groupId: s.groupId })
  onTestFinished(() => consumer.disconnect())
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    passed = Number(payload.lastOffset)
  })
  await consumer.connect()
  await consumer.subscribe({ topic: s.topic, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => void seen.push(...batch.messages.map(({ offset }) => offset)),
  })
  await until(() => passed === 5, { what: 'kafkajs to be past the last marker' })
  expect(seen).toEqual(['0', '1', '2'])
})

it('handles committed records once and aborted ones never, and reaches the end', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 2 })
  const producer = await transactional()
  const kept = Array.from({ length: 6 }, (_, n) => moved('ent_1', n))
  const [first, second, third, ...last] = kept.map((event) => ({
    ...s.record(event),
    partition: 0,
  }))
  const aborted = Array.from({ length: 4 }, (_, n) => moved('ent_1', 100 + n))
  const bad = aborted.map((event) => ({ ...s.record(event), partition: 0 }))
  const service = await s.start()

  await write(producer, s.topic, [first!, second!], 'commit')
  await write(producer, s.topic, bad.slice(0, 2), 'abort')
  await s.produce([third!])
  await write(producer, s.topic, last, 'commit')
  await committed(s, [11, 0])
  expect(ids()).toEqual(kept.map(({ id }) => id))

  // Only aborted records and markers follow the last event now.
  await write(producer, s.topic, bad.slice(2), 'abort')
  await committed(s, [14, 0])
  // A partition that never held any other record.
  await write(producer, s.topic, [{ ...bad[0]!, partition: 1 }], 'abort')
  await committed(s, [14, 2])
  expect(ids()).toHaveLength(6)
  expect(await service.metric('records_consumed_total')).toBe(6)
  expect(await s.letters()).toEqual([])
})

it('delivers nothing of an open transaction, and all of it when it is committed', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 2 })
  const producer = await transactional()
  const [inside, behind, beside] = [moved('ent_1'), moved('ent_2'), moved('ent_3')]
  const open = await producer.transaction()
  await open.send({ topic: s.topic, messages: [{ ...s.record(inside), partition: 0 }] })
  await s.produce([
    { ...s.record(behind), partition: 0 },
    { ...s.record(beside), partition: 1 },
  ])
  await s.start()
  await until(async () => (await s.offsets())[1]?.committed === 1, { what: 'the other partition' })
  expect(ids()).toEqual([beside.id])
  expect((await s.offsets())[0]?.committed).toBe(0)
  await open.commit()
  await committed(s, [3, 1])
  expect(ids()).toEqual([beside.id, inside.id, behind.id])
})

/**
 * Waits until the group committed these offsets: events, aborted records and a marker for each end
 * of a transaction. Where the log ends is not asked, for brokers write a marker after they answer.
 */
async function committed({ offsets }: Awaited<ReturnType<typeof situation>>, expected: number[]) {
  const isThere = async () =>
    (await offsets()).every((each) => each.committed === expected[each.partition])
  await until(isThere, { what: `the group to commit ${expected}` })
}

async function transactional(): Promise<Producer> {
  const transactionalId = uniqueName('producer')
  const options = { idempotent: true, maxInFlightRequests: 1, transactionalId }
  const producer = kafkaClient().producer(options)
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return producer
}

async function write(
  producer: Producer,
  topic: string,
  messages: Message[],
  end: 'commit' | 'abort',
): Promise<void> {
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages })
  await transaction[end]()
}
