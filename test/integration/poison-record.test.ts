import { expect, it } from 'vitest'
import { registerSchema } from '../support/contract-schemas.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('does not let undecodable records block later ones', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], partitions: 1 })
  const good = s.record(moved('ent_1'))
  const textSchema = await registerSchema(s.topic, `${s.topic}.Text`, '"string"')
  const poison: [string, Buffer, RegExp][] = [
    ['no-frame', Buffer.from('{"kind":"inventory.moved"}'), /Avro frame.*got first byte 123/],
    ['empty', Buffer.alloc(0), /the value is empty/],
    ['half-a-frame', Buffer.from([0, 0, 0]), /frame of 5 bytes, got 3 bytes/],
    ['truncated', good.value.subarray(0, 30), /./],
    ['too-long', Buffer.concat([good.value, Buffer.from('more')]), /./],
    ['no-such-schema', framed(2_000_000_000, good.value), /no schema 2000000000/],
    ['no-record', framed(textSchema, good.value), /not an Avro record/],
  ]
  const before = moved('ent_1', 1)
  const after = moved('ent_1', 2)
  await s.produce([
    s.record(before),
    ...poison.map(([name, value]) => ({ key: 'ent_1', value, headers: { name, ce_id: 'x' } })),
    s.record(after),
  ])
  const service = await s.start()
  await s.caughtUp()

  expect(ids()).toEqual([before.id, after.id])
  const letters = await s.letters()
  expect(letters.map(({ headers }) => headers.name).sort()).toEqual(
    poison.map(([name]) => name).sort(),
  )
  for (const [name, value, error] of poison) {
    const letter = letters.find(({ headers }) => headers.name === name)
    expect(letter, name).toMatchObject({ key: 'ent_1', value, headers: { ce_id: 'x' } })
    expect(letter?.headers, name).toMatchObject({
      'dlq.reason': 'undecodable',
      'dlq.error': expect.stringMatching(error),
      'dlq.attempts': '0',
    })
  }
  expect(await service.metric('dead_letters_total{reason="undecodable"}')).toBe(poison.length)
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})

/** The same payload with another schema id. */
function framed(schemaId: number, value: Buffer): Buffer {
  const bytes = Buffer.from(value)
  bytes.writeUInt32BE(schemaId, 1)
  return bytes
}
