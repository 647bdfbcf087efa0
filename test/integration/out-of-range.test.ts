import { describe, expect, it } from 'vitest'
import { controlTopicOf } from '../../src/topics/names.ts'
import { moved } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { recorder } from '../support/recorder.ts'
import { readAll, situation } from '../support/service-kit.ts'
import { kafkaClient, until } from '../support/stack.ts'
import { widen } from '../support/topic-admin.ts'

const events = (count: number) => Array.from({ length: count }, (_, n) => moved(`ent_${n}`, n))

/** Retention removes everything before this offset of partition 0. */
function remove(topic: string, before: number): Promise<void> {
  const partitions = [{ partition: 0, offset: String(before) }]
  return withAdmin(async (admin) => {
    // kafkajs can't find the leaders of a topic that it has no metadata of.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

function commit(groupId: string, topic: string, offset: number): Promise<void> {
  const partitions = [{ partition: 0, offset: String(offset) }]
  return withAdmin((admin) => admin.setOffsets({ groupId, topic, partitions }))
}

/** A group with the committed offset 5, and a log from 10 to 20. */
async function overtaken(settings: Record<string, string> = {}) {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 1, settings })
  const published = events(20)
  await s.publish(published)
  await commit(s.groupId, s.topic, 5)
  await remove(s.topic, 10)
  return { s, ids, all: published.map(({ id }) => id) }
}

const MESSAGE = 'offset out of range; resetting as OUT_OF_RANGE says'

describe('if retention removed the committed offset', () => {
  it('plain kafkajs silently skips the remaining records', async () => {
    const { s } = await overtaken()
    const { groupId } = s
    const consumer = kafkaClient().consumer({ groupId })
    const seen: string[] = []
    let crashed = false
    consumer.on(consumer.events.CRASH, () => {
      crashed = true
    })
    await consumer.connect()
    await consumer.subscribe({ topic: s.topic, fromBeginning: false })
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(message.offset) })
    const reset = async () => (await s.offsets())[0]?.committed !== 5
    await until(reset, { what: 'kafkajs to reset the committed offset' })
    await s.publish([moved('ent_new')])
    await until(() => seen.length > 0, { what: 'kafkajs to read the newest record' })
    await consumer.disconnect()
    expect({ seen, crashed }).toEqual({ seen: ['20'], crashed: false })
  })

  it('resumes with the remaining records, and counts the lost ones', async () => {
    const { s, ids, all } = await overtaken()
    const service = await s.start()
    await s.caughtUp()
    expect(ids()).toEqual(all.slice(10))
    expect(await service.metric('offsets_lost_total')).toBe(5)
    expect(await service.metric('out_of_range_total{reason="removed"}')).toBe(1)
    expect(service.log.filter(({ msg }) => msg === MESSAGE)).toMatchObject([
      { level: 'error', topic: s.topic, partition: 0, next: 5, low: 10, high: 20, lostOffsets: 5 },
    ])
    await service.stop()
    const again = await s.start()
    await until(async () => (await s.members()).length === 1, { what: 'the group to be joined' })
    await s.publish([moved('ent_new')])
    await s.caughtUp()
    expect(await again.metric('out_of_range_total')).toBe(0)
  })

  it('resumes with new records if OUT_OF_RANGE is latest, and counts the skipped ones', async () => {
    const { s, ids } = await overtaken({ OUT_OF_RANGE: 'latest' })
    const service = await s.start()
    const counted = async () => (await service.metric('offsets_lost_total')) > 0
    await until(counted, { what: 'the loss to be counted' })
    const fresh = moved('ent_new')
    await s.publish([fresh])
    await s.caughtUp()
    expect(ids()).toEqual([fresh.id])
    expect(await service.metric('offsets_lost_total')).toBe(15)
  })

  it('stops if OUT_OF_RANGE is fail, and says what to do', async () => {
    const { s, ids } = await overtaken({ OUT_OF_RANGE: 'fail' })
    const service = await s.start()
    const failure = await until(() => service.failures[0], { what: 'the service to fail' })
    expect(failure).toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      message:
        `group ${s.groupId}: next offset 5 of ${s.topic}/0 is outside the log, 10 to 20: ` +
        "set OUT_OF_RANGE to earliest or latest for this start, or set the group's offset by hand",
    })
    await service.stop()
    expect(ids()).toEqual([])
    expect(await s.offsets()).toEqual([{ partition: 0, committed: 5, end: 20 }])
  })
})

describe('where the committed offsets of a known group are gone', () => {
  /** A group that handled three events, and whose offsets are gone after its stop. */
  async function forgotten() {
    const { plugin, ids } = recorder()
    const s = await situation({ plugins: [plugin], partitions: 1 })
    const published = events(3)
    await s.publish(published)
    const first = await s.start()
    await s.caughtUp()
    expect(await first.metric('out_of_range_total')).toBe(0)
    const recorded = async () => (await readAll(controlTopicOf(s.groupId))).length > 0
    await until(recorded, { what: 'the commit to be recorded' })
    await first.stop()
    await withAdmin((admin) => admin.deleteGroups([s.groupId]))
    return { s, ids, all: published.map(({ id }) => id) }
  }

  const GONE =
    'committed offset is gone, though the group has committed before; resetting as OUT_OF_RANGE says'

  it('starts again where OUT_OF_RANGE is earliest, logs and counts it', async () => {
    const { s, ids, all } = await forgotten()
    const service = await s.start()
    await s.caughtUp()
    await until(() => ids().length === 6, { what: 'all events to be handled again' })
    expect(ids()).toEqual([...all, ...all])
    expect(await service.metric('out_of_range_total{reason="expired"}')).toBe(1)
    expect(await service.metric('offsets_lost_total')).toBe(0)
    expect(service.log.filter(({ msg }) => msg === GONE)).toMatchObject([
      { level: 'error', topic: s.topic, partition: 0, low: 0, high: 3, start: 0 },
    ])
    await service.stop()
    const again = await s.start()
    await s.publish([moved('ent_new')])
    await until(() => ids().length === 7, { what: 'the new event' })
    expect(await again.metric('out_of_range_total')).toBe(0)
  })

  it('skips what is there where it is latest', async () => {
    const { s, ids, all } = await forgotten()
    const service = await s.start({ OUT_OF_RANGE: 'latest' })
    const counted = async () => (await service.metric('offsets_lost_total')) > 0
    await until(counted, { what: 'the loss to be counted' })
    const fresh = moved('ent_new')
    await s.publish([fresh])
    await until(() => ids().length === 4, { what: 'the new event' })
    expect(ids()).toEqual([...all, fresh.id])
    expect(await service.metric('offsets_lost_total')).toBe(3)
  })

  it('ends where it is fail, with advice', async () => {
    const { s, ids, all } = await forgotten()
    const service = await s.start({ OUT_OF_RANGE: 'fail' })
    const failure = await until(() => service.failures[0], { what: 'the service to fail' })
    expect(failure).toMatchObject({
      code: 'OFFSET_OUT_OF_RANGE',
      message: expect.stringMatching(
        /the committed offset of \S+\/0 is gone: .*set OUT_OF_RANGE to earliest or latest for this start/,
      ),
    })
    await service.stop()
    expect(ids()).toEqual(all)
  })

  it('a new group, and new partitions, start at the beginning', async () => {
    const { plugin, ids } = recorder()
    const s = await situation({ plugins: [plugin], partitions: 1 })
    const settings = { OUT_OF_RANGE: 'fail' }
    await s.publish(events(3))
    const first = await s.start(settings)
    await s.caughtUp()
    await first.stop()
    for (const topic of [s.topic, `${s.topic}.redrive`, s.deadLetters]) await widen(topic, 2)
    const keys = Array.from({ length: 8 }, (_, n) => moved(`new_${n}`, 10 + n))
    await s.publish(keys)
    const again = await s.start(settings)
    await until(() => ids().length === 11, { what: 'the events of both partitions' })
    expect(again.failures).toEqual([])
  })
})

it('detects a committed offset beyond the end, as after a topic was recreated', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 1 })
  const published = events(3)
  await s.publish(published)
  await commit(s.groupId, s.topic, 100)
  const service = await s.start()
  await s.caughtUp()
  expect(ids()).toEqual(published.map(({ id }) => id))
  expect(await service.metric('out_of_range_total{reason="beyond-end"}')).toBe(1)
  expect(await service.metric('offsets_lost_total')).toBe(0)
})

it('resumes if retention removes the offset of a paused partition', async () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const seen: string[] = []
  const s = await situation({
    partitions: 1,
    plugins: [
      {
        slug: 'waiting',
        async processEvent(event) {
          await gate
          seen.push(event.id)
        },
      },
    ],
    settings: { MAX_IN_FLIGHT_BYTES: '1048576', COMMIT_INTERVAL_MS: '100' },
  })
  const service = await s.start()
  const large = Array.from({ length: 8 }, (_, n) => ({
    ...moved(`ent_${n}`, n),
    entity: { id: `ent_${n}`, name: 'x'.repeat(300_000), productId: 'prod_1' },
  }))
  await s.publish(large)
  const paused = async () => (await service.metric('paused_partitions')) === 1
  await until(paused, { what: 'the partition to be paused' })
  const taken = await service.metric('in_flight_deliveries')
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(7)
  await remove(s.topic, 7)
  open()
  await s.caughtUp()
  expect(seen).toEqual([...large.slice(0, taken), large[7]!].map(({ id }) => id))
  expect(await service.metric('offsets_lost_total')).toBe(7 - taken)
  expect(await service.metric('out_of_range_total')).toBe(1)
  expect(service.failures).toEqual([])
})
