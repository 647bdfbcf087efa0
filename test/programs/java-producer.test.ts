import { describe, expect, it } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { moved, withAttributes } from '../support/events.ts'
import { javaFields, javaMissing, runJava } from '../support/java-avro.ts'
import { produceConsole, produceJava } from '../support/java-kafka.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

const missing = javaMissing()

describe.skipIf(missing !== undefined)(`Java clients${missing ? ` (no ${missing})` : ''}`, () => {
  it("are handled, in the partition and order of their entity's other events", async () => {
    const { plugin, seen } = recorder()
    const s = await situation({ plugins: [plugin], partitions: 7 })
    const attributes = { temp: -4, tags: ['a', null, { deep: true }], note: 'Größe' }
    const events = [withAttributes(moved('ent_ünï_1', 1), attributes), moved('ent_ünï_1', 2)]
    const schema = builtInContract().of(events[0]!).text
    const tasks = events.map((event) => ({ schema, fields: javaFields(event) }))
    const answers = await runJava(tasks)
    const schemaId = s.record(events[0]!).value.readUInt32BE(1)
    const key = events[0]!.entity.id
    const written = answers.map(({ hex }) => ({ key, schemaId, hex: hex! }))
    const [partition, same] = await produceJava(s.topic, written)
    expect(same).toBe(partition)
    const third = moved(key, 3)
    await s.publish([third])
    const ends = await s.offsets()
    expect(ends.filter(({ end }) => end > 0)).toEqual([{ partition, committed: 0, end: 3 }])

    await s.start()
    await s.caughtUp()
    expect(seen).toEqual([...events, third])
    expect(await s.letters()).toEqual([])
  }, 700_000)

  it('that write without the Avro frame get dead letters with the reason', async () => {
    const { plugin, ids } = recorder()
    const s = await situation({ plugins: [plugin] })
    const event = moved('ent_1')
    await s.start()
    const properties = [
      'parse.key=true',
      'parse.headers=true',
      'headers.delimiter=|',
      'key.separator=|',
    ]
    await produceConsole(
      s.topic,
      `ce_type:inventory.moved|ent_1|${JSON.stringify(event)}\n`,
      properties.flatMap((property) => ['--reader-property', property]),
    )
    await s.publish([event])
    await s.caughtUp()
    const letters = await s.letters()
    expect(letters).toHaveLength(1)
    expect(letters[0]).toMatchObject({
      key: 'ent_1',
      value: Buffer.from(JSON.stringify(event)),
      headers: {
        ce_type: 'inventory.moved',
        'dlq.reason': 'undecodable',
        'dlq.error': 'expected the Avro frame (first byte 0), got first byte 123',
        'dlq.plugin': '*',
        'dlq.topic': s.topic,
      },
    })
    expect(ids()).toEqual([event.id])
  }, 700_000)
})
