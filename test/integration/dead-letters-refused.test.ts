import { reject } from 'inventory-events'
import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { withAdmin } from '../support/group.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('does not commit past a dead letter that its topic rejects until it is accepted', async () => {
  const plugin = { slug: 'picky', processEvent: () => reject('no') }
  const deadLetterConfig = { 'max.message.bytes': '2000' }
  const s = await situation({ plugins: [plugin], partitions: 2, deadLetterConfig })
  const large = moved('ent_1')
  large.entity.attributes = { note: 'x'.repeat(5_000) }
  const events = [moved('ent_0'), large, moved('ent_2'), moved('ent_3')]
  await s.produce(events.map((event) => ({ ...s.record(event), partition: 0 })))
  const service = await s.start()
  const isRefused = () => service.log.some(({ msg }) => /dead letter could not be/.test(`${msg}`))
  await until(isRefused, { what: 'the dead letter to be rejected' })
  await until(async () => (await s.letters()).length === 3, { what: 'the other dead letters' })
  // A commit of the other partition proves that a commit was made after that.
  await s.produce([{ ...s.record(moved('ent_4')), partition: 1 }])
  await until(async () => (await s.offsets())[1]?.committed === 1, { what: 'the commit of 1' })
  expect((await s.offsets())[0]).toMatchObject({ committed: 1, end: 4 })
  expect(await service.metric('oldest_unsettled_age_seconds{partition="0"}')).toBeGreaterThan(0)

  await raiseLimit(s.deadLetters)
  await s.caughtUp()
  const letters = await s.letters()
  expect(letters).toHaveLength(5)
  expect(letters).toContainEqual(
    expect.objectContaining({ key: 'ent_1', value: s.record(large).value, partition: 0 }),
  )
})

function raiseLimit(name: string) {
  const configEntries = [{ name: 'max.message.bytes', value: '1000000' }]
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }
  return withAdmin((admin) => admin.alterConfigs({ validateOnly: false, resources: [resource] }))
}
