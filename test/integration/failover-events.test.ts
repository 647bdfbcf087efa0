import { expect, it } from 'vitest'
import type { Place } from '../../src/failover/places.ts'
import { moved } from '../support/events.ts'
import { EARLIER, mirroredGroup, produce } from '../support/mirrored-group.ts'
import { readTopic } from '../support/read-topic.ts'

const EVENTS = Array.from({ length: 10 }, (_, n) => moved('ent_1', n))

/** A log of ten events, and the first ones of them copied again. */
async function copiedGroup() {
  const s = await mirroredGroup()
  await s.publish(EVENTS)
  const log = await readTopic(s.topic)
  const { partition } = log[0]!
  const copy = (count: number) =>
    produce(
      s.topic,
      log.slice(0, count).map(({ key, value, headers = {}, timestamp }) => {
        return { key, value, headers, timestamp, partition }
      }),
    )
  const place = async () => {
    const { places } = await s.plan()
    return places.find((each) => each.topic === s.topic && each.partition === partition)
  }
  return { ...s, partition, copy, place }
}

it('begins in the first copy of a log where the second one was cut off', async () => {
  const s = await copiedGroup()
  await s.copy(5)
  const checkpoints: [offset: number, expected: Partial<Place>][] = [
    [15, { offset: 5, why: 'copied' }],
    [12, { offset: 2, why: 'copied' }],
    [8, { offset: 8, why: 'checkpoint' }],
    [14, { offset: 8, why: 'copied' }],
  ]
  for (const [offset, expected] of checkpoints) {
    await s.checkpoint(s.partition, offset, EARLIER)
    expect(await s.place(), `checkpoint ${offset}`).toMatchObject(expected)
  }
  expect((await s.cli()).stdout).toContain('in the first copy of the log')

  expect((await s.cli('--yes')).code).toBe(0)
  await s.start()
  await s.caughtUp()
  // In the test there are no marks, which would tell that the second copy was handled.
  expect(s.one.ids()).toEqual([...EVENTS.slice(8), ...EVENTS.slice(0, 5)].map(({ id }) => id))
})

it('begins at the checkpoint in a second copy that is followed by more', async () => {
  const s = await copiedGroup()
  await s.checkpoint(s.partition, 12, EARLIER)
  await s.copy(10)
  expect(await s.place()).toMatchObject({ offset: 2, why: 'copied' })
  await s.copy(5)
  expect(await s.place()).toMatchObject({ offset: 2, why: 'copied' })
  // Where the first copy ends, the second one begins.
  await s.checkpoint(s.partition, 10, EARLIER)
  expect(await s.place()).toMatchObject({ offset: 10, why: 'checkpoint' })
  await s.checkpoint(s.partition, 12, EARLIER)
  expect(await s.place()).toMatchObject({ offset: 10, why: 'copied' })
  await s.publish([moved('ent_1', 10)])
  expect(await s.place()).toMatchObject({ offset: 12, why: 'checkpoint' })
})
