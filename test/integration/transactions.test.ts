import type { Message, Producer } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import type { SourceRecord } from '../../src/event/record.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import type { AdminState } from '../../src/observe/admin-state.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, kafkaClient, serviceClient, uniqueName, until } from '../support/stack.ts'

const TOKEN = 'secret'.repeat(6)

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

it('says that a partition waits for a transaction that stays open, and counts its lag', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 1, settings: { ADMIN_TOKEN: TOKEN } })
  const producer = await transactional()
  const [before, inside, behind] = [moved('ent_1', 1), moved('ent_1', 2), moved('ent_1', 3)]
  await s.produce([{ ...s.record(before), partition: 0 }])
  const open = await producer.transaction()
  await open.send({ topic: s.topic, messages: [{ ...s.record(inside), partition: 0 }] })
  await s.produce([{ ...s.record(behind), partition: 0 }])
  const service = await s.start()
  const why = '2 offsets from 1 on wait for an open transaction'
  await until(async () => (await parked(service, s.topic)) === why, {
    what: 'it to be said',
    timeoutMs: 20_000,
  })
  await until(async () => (await service.metric('consumer_lag')) === 2, {
    what: 'the lag',
    timeoutMs: 20_000,
  })
  await open.commit()
  await until(() => ids().length === 3, { what: 'the events' })
  await until(async () => (await parked(service, s.topic)) === null, { what: 'it to be over' })
})

it('reads up to an open transaction without a group, and no further', async () => {
  const topic = uniqueName('open')
  await createTopics({ topic, numPartitions: 1 })
  const producer = await transactional()
  await write(producer, topic, [{ value: 'before' }], 'commit')
  const open = await producer.transaction()
  await open.send({ topic, messages: [{ value: 'inside' }] })
  const values: string[] = []
  const lost = new AbortController().signal
  const range = await withLogReader(serviceClient(), [topic], (reader) => {
    const onRecord = ({ value }: SourceRecord) => void values.push(String(value))
    return reader.read({ topic, partition: 0, to: 100, lost, onRecord })
  })
  expect([values, range.end]).toEqual([['before'], 2])
  await open.abort()
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

/** What the partition waits for, as `/admin/state` says. */
async function parked({ httpPort }: { httpPort: number }, topic: string): Promise<string | null> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const response = await fetch(`http://127.0.0.1:${httpPort}/admin/state`, { headers })
  const { partitions } = (await response.json()) as AdminState
  return partitions.find((each) => each.topic === topic)!.parked
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
