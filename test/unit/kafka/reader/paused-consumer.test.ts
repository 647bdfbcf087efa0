import type { Batch, Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { PartitionReading } from '../../../../src/kafka/reader/partition-reading.ts'
import { PausedConsumer } from '../../../../src/kafka/reader/paused-consumer.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

type EachBatch = (payload: { batch: Batch; heartbeat: () => Promise<void> }) => Promise<void>

/** A joined consumer of partitions 0 and 1; `bring` delivers a batch as kafkajs does. */
async function started() {
  const listeners = new Map<string, (event: object) => void>()
  let eachBatch: EachBatch = async () => {}
  const consumer = {
    events: { GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end', CRASH: 'crash' },
    on: (event: string, listener: () => void) => void listeners.set(event, listener),
    connect: async () => {},
    subscribe: async () => {},
    async run(options: { eachBatch: EachBatch }) {
      eachBatch = options.eachBatch
      listeners.get('join')?.({ payload: { memberAssignment: { marks: [0, 1] } } })
    },
    seek() {},
    pause() {},
    resume() {},
    disconnect: async () => {},
  }
  const kafka = { consumer: () => consumer } as unknown as Kafka
  const paused = new PausedConsumer(kafka, 'group', ['marks'], () => {})
  await paused.start()
  const bring = (partition: number, offset: number) =>
    eachBatch({ batch: batchOf(partition, offset), heartbeat: async () => {} })
  return { paused, bring }
}

function batchOf(partition: number, offset: number): Batch {
  const messages = [{ offset: `${offset}`, timestamp: '0', key: null, value: null }]
  const batch = { topic: 'marks', partition, fetchedOffset: `${offset}`, messages }
  return { ...batch, lastOffset: () => `${offset}` } as never
}

function readingOf(partition: number, clock: ManualClock, onRecord: () => void | Promise<void>) {
  const request = { topic: 'marks', partition, lost: new AbortController().signal, onRecord }
  return new PartitionReading(request, { first: 0, end: 3 }, { clock, stalledAfterMs: 1_000 })
}

it('lets a partition wait as long as others are being processed', async () => {
  const clock = new ManualClock()
  const { paused, bring } = await started()
  const slow = () => clock.advance(1_500)
  const read = [paused.read(readingOf(0, clock, slow)), paused.read(readingOf(1, clock, () => {}))]
  for (const offset of [0, 1, 2]) {
    await bring(0, offset)
    await clock.advance(900)
  }
  for (const offset of [0, 1, 2]) await bring(1, offset)
  await Promise.all(read)
})

it('fails a partition when no records come at all', async () => {
  const clock = new ManualClock()
  const { paused, bring } = await started()
  const first = paused.read(readingOf(0, clock, () => {}))
  const second = paused.read(readingOf(1, clock, () => {}))
  const failures = Promise.allSettled([first, second])
  await bring(0, 0)
  await clock.advance(900)
  await bring(0, 1)
  await clock.advance(1_000)
  expect(await failures).toMatchObject([
    { status: 'rejected', reason: { message: expect.stringContaining('from 2 to 3: no records') } },
    { status: 'rejected', reason: { message: expect.stringContaining('from 0 to 3: no records') } },
  ])
})
