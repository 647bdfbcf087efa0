import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { fingerprint } from '../../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { Event, PluginEvent } from '../../../src/event/event.ts'
import { framed } from '../../support/avro-bytes.ts'

const LIMIT = 1024 * 1024
const tooLarge = expect.objectContaining({
  code: 'RECORD_TOO_LARGE',
  message: `decoded, it takes more than ${LIMIT} bytes`,
})
const plugin: PluginEvent = {
  id: 'a',
  name: 'b',
  time: '2024-01-15T10:30:00Z',
  args: [],
  kwargs: {},
}
const schema = createWriterSchema(builtInContract(), builtInContract().of(plugin).text, LIMIT)

/** A plugin event with so many arguments of these bytes. */
function withArgs(count: number, item: number[]): Buffer {
  const empty = encodeEvent(builtInContract(), plugin, 1)
  const items = Buffer.alloc(count * item.length, Buffer.from(item))
  const ends = empty.subarray(-2)
  return Buffer.concat([empty.subarray(0, -2), varint(count), items, ends])
}

function varint(count: number): Buffer {
  const bytes: number[] = []
  let rest = count * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

describe('an event that would take too much memory', () => {
  it.each<[string, number, number[]]>([
    ['nulls', 25_000_000, [0]],
    ['numbers', 100_000, [4, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
    ['empty texts', 100_000, [6, 0]],
    ['empty lists', 100_000, [8, 0]],
    ['empty maps', 100_000, [10, 0]],
    ['maps of one entry', 20_000, [10, 2, 2, 0x61, 0, 0]],
  ])('is refused for its %s', (_name, count, item) => {
    const bytes = withArgs(count, item)
    expect(() => schema.decode(bytes)).toThrow(tooLarge)
    expect(() => schema.decodeAsWritten(bytes)).toThrow(tooLarge)
    expect(schema.decode(withArgs(10, item))).toMatchObject({ args: { length: 10 } })
  })

  it('is refused before any of it is made', () => {
    const bytes = withArgs(25_000_000, [0])
    const before = process.memoryUsage().heapUsed
    expect(() => schema.decode(bytes)).toThrow(tooLarge)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * LIMIT)
  })

  it('is refused for many small records, and for a key that is long', () => {
    const item = { type: 'record', name: 'I', fields: [{ name: 'a', type: 'int' }] }
    const foreign = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'list', type: { type: 'array', items: item } },
        { name: 'map', type: { type: 'map', values: 'null' } },
      ],
    }
    const writer = createWriterSchema(builtInContract(), JSON.stringify(foreign), LIMIT)
    const hints = { name: 'r', id: 'ce-1', time: '2024-01-15T10:30:00Z' }
    const list = Array.from({ length: 30_000 }, () => ({ a: 1 }))
    expect(() => writer.decode(framed(foreign, { list, map: {} }), hints)).toThrow(tooLarge)
    const map = { ['x'.repeat(LIMIT)]: null }
    expect(() => writer.decode(framed(foreign, { list: [], map }), hints)).toThrow(tooLarge)
  })

  it('is refused as the JSON text of an unknown kind', () => {
    const unknown = builtInContract().schemas.find(({ fullName }) =>
      fullName.endsWith('UnknownEvent'),
    )
    const writer = createWriterSchema(builtInContract(), unknown?.text ?? '', LIMIT)
    const event = (list: unknown[]) =>
      ({ id: 'a', kind: 'order.made', time: plugin.time, list }) as unknown as Event
    const bytes = encodeEvent(
      builtInContract(),
      event(Array.from({ length: 20_000 }, () => ({}))),
      1,
    )
    expect(() => writer.decode(bytes)).toThrow(tooLarge)
    expect(writer.decode(encodeEvent(builtInContract(), event([{}]), 1))).toEqual(event([{}]))
  })

  it('may be as large as the limit as one text', () => {
    const text = 'x'.repeat(LIMIT - 1_000)
    const bytes = encodeEvent(builtInContract(), { ...plugin, args: [text] }, 1)
    expect(schema.decode(bytes)).toEqual({ ...plugin, args: [text] })
    expect(schema.decodedBytes).toBeGreaterThan(text.length)
  })
})

it('fingerprints long content in parts, and as if it were one', () => {
  const long = { id: 'a', list: Array.from({ length: 50_000 }, (_, i) => ({ i, text: 'ä€👩' })) }
  const print = fingerprint(long)
  expect(print).toHaveLength(22)
  expect(fingerprint(structuredClone(long))).toBe(print)
  expect(fingerprint({ ...long, id: 'b' })).not.toBe(print)
})
