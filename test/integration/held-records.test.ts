import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { configure } from '../support/topic-admin.ts'

const DAY_MS = 86_400_000
const LAST_MONTH = String(Date.now() - 30 * DAY_MS)
/** Beyond 90 % of the retention of 7 days, but not so old that Kafka removes it during the test. */
const ALMOST_EXPIRED = String(Date.now() - 6.5 * DAY_MS)
const NO_TIMESTAMP = '-1'

/** A plugin that holds every event, and records written with timestamps of a producer's choice. */
async function holding() {
  const s = await situation({
    partitions: 3,
    plugins: [
      {
        slug: 'stuck',
        onExhausted: 'hold',
        retry: { maxAttempts: 1, initialDelayMs: 50, maxDelayMs: 500 },
        processEvent() {
          throw new Error('down')
        },
      },
    ],
  })
  const write = (partition: number, id: string, timestamp: string) =>
    s.produce([{ ...s.record(moved(id, 0, id)), partition, timestamp }])
  const letters = async () =>
    (await s.letters()).map(({ key, headers }) => [
      key,
      headers['dlq.reason'],
      headers['dlq.error'],
    ])
  return { ...s, write, letters }
}

async function removeBefore(topic: string, partition: number, offset: number): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.fetchTopicOffsets(topic)
    const partitions = [{ partition, offset: String(offset) }]
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

it('holds what Kafka keeps, whatever its timestamp, and rescues what it removes', async () => {
  const s = await holding()
  await s.write(0, 'today', String(Date.now()))
  await s.write(0, 'backfill', LAST_MONTH)
  await s.write(1, 'alone', ALMOST_EXPIRED)
  await s.write(2, 'timeless', NO_TIMESTAMP)
  const service = await s.start()
  await until(async () => (await s.letters()).length >= 1, { what: 'the record alone' })
  const due =
    /^held until Kafka was about to remove its record: all of \S+ below offset 1 is older than 90 % of retention.ms \(604800000\)$/
  expect(await s.letters()).toEqual([['alone', 'retention', expect.stringMatching(due)]])

  await removeBefore(s.topic, 2, 1)
  await until(async () => (await s.letters()).length >= 2, { what: 'the removed record' })
  const gone = /^held until Kafka removed its record: \S+ now begins at offset 1$/
  expect(await s.letters()).toContainEqual(['timeless', 'retention', expect.stringMatching(gone)])
  expect((await s.letters()).map(([key]) => key)).not.toContain('backfill')
  expect(await service.metric('dead_letters_total{reason="retention"}')).toBe(2)
})

it('holds everything in a topic that is only compacted', async () => {
  const s = await holding()
  await configure(s.topic, { 'cleanup.policy': 'compact' })
  await s.write(0, 'backfill', ALMOST_EXPIRED)
  await s.write(1, 'timeless', NO_TIMESTAMP)
  const service = await s.start()
  const isHeld = async () => (await service.metric('handler_duration_seconds_count')) > 8
  await until(isHeld, { what: 'several attempts of both' })
  await configure(s.topic, { 'cleanup.policy': 'delete' })
  await until(async () => (await s.letters()).length > 0, { what: 'the policy to be changed' })
  expect(await s.letters()).toMatchObject([['backfill', 'retention', expect.any(String)]])
})
