import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byTopic } from '../../../../src/kafka/wire/by-topic.ts'
import { Reader } from '../../../../src/kafka/wire/reader.ts'
import { Writer } from '../../../../src/kafka/wire/writer.ts'

/** A field with its value, and how it is written and read. */
interface Field {
  value: unknown
  write(writer: Writer): unknown
  read(reader: Reader): unknown
}

const bytes = fc.uint8Array({ maxLength: 300, size: 'max' }).map((array) => Buffer.from(array))
// Some texts are longer than what a varint of one byte can state.
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('😀€ä', '\0'),
  fc.nat(300).map((length) => 'ä'.repeat(length)),
)
const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })

function field<T>(
  values: fc.Arbitrary<T>,
  write: (writer: Writer, value: T) => unknown,
  read: (reader: Reader) => T,
): fc.Arbitrary<Field> {
  return values.map((value) => ({ value, write: (writer) => write(writer, value), read }))
}

const scalars = fc.oneof(
  field(
    fc.boolean(),
    (w, value) => w.bool(value),
    (r) => r.bool(),
  ),
  field(
    int(8),
    (w, value) => w.int8(value),
    (r) => r.int8(),
  ),
  field(
    int(16),
    (w, value) => w.int16(value),
    (r) => r.int16(),
  ),
  field(
    int(32),
    (w, value) => w.int32(value),
    (r) => r.int32(),
  ),
  field(
    fc.maxSafeInteger(),
    (w, value) => w.int64(value),
    (r) => r.int64(),
  ),
  field(
    fc.nat(2 ** 31 - 1),
    (w, value) => w.uvarint(value),
    (r) => r.uvarint(),
  ),
  field(
    fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 32 - 1),
    (w, value) => w.uvarint(value),
    (r) => r.uvarint(),
  ),
  field(
    text,
    (w, value) => w.string(value),
    (r) => r.string(),
  ),
  field(
    fc.option(text),
    (w, value) => w.string(value),
    (r) => r.nullableString(),
  ),
  field<Buffer>(
    bytes,
    (w, value) => w.bytes(value),
    (r) => r.bytes(),
  ),
  field(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b).toString('hex')),
    (w, value) => w.uuid(value),
    (r) => r.uuid(),
  ),
)

const structures = fc.oneof(
  scalars,
  field(
    fc.array(fc.record({ name: text, size: int(32) }), { maxLength: 20 }),
    (w, items) => {
      w.array(items, ({ name, size }) => w.string(name).int32(size).tags())
    },
    (r) =>
      r.array(() => {
        const item = { name: r.string(), size: r.int32() }
        r.tags()
        return item
      }),
  ),
)

const messages = fc.tuple(fc.array(structures, { maxLength: 12 }), fc.boolean())

function write(fields: readonly Field[], isCompact: boolean): Buffer {
  const writer = new Writer({ isCompact })
  for (const each of fields) each.write(writer)
  return writer.tags().written
}

function read(fields: readonly Field[], isCompact: boolean, from: Buffer): unknown[] {
  const reader = new Reader(from, { isCompact })
  const values = fields.map((each) => each.read(reader))
  reader.tags()
  return values
}

it('reads what was written, compact or not', () => {
  fc.assert(
    fc.property(messages, ([fields, isCompact]) => {
      const written = write(fields, isCompact)
      expect(read(fields, isCompact, written)).toEqual(fields.map(({ value }) => value))
    }),
  )
})

it('rejects what is cut off anywhere', () => {
  fc.assert(
    fc.property(messages, fc.nat(), ([fields, isCompact], at) => {
      const written = write(fields, isCompact)
      fc.pre(written.length > 0)
      const cut = written.subarray(0, at % written.length)
      expect(() => read(fields, isCompact, cut)).toThrow(RangeError)
    }),
  )
})

it('never reads beyond its bytes, whatever they are', () => {
  const drawn = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(messages, drawn, ([fields, isCompact], hostile) => {
      try {
        read(fields, isCompact, hostile)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
    { numRuns: 1_000 },
  )
})

it('reads 64 bits as Node does', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const written = Buffer.alloc(8)
      written.writeBigInt64BE(value)
      expect(new Reader(written).bigInt64()).toBe(value)
      expect(new Reader(written).int64()).toBe(Number(value))
    }),
  )
})

describe('null', () => {
  it.each([true, false])(
    'is a string, bytes and an array without anything (compact: %s)',
    (isCompact) => {
      const nothing = isCompact ? Buffer.from([0]) : Buffer.from([0xff, 0xff, 0xff, 0xff])
      const reader = () => new Reader(nothing, { isCompact })
      expect(reader().nullableString()).toBeNull()
      expect(reader().string()).toBe('')
      expect(reader().bytes()).toEqual(Buffer.alloc(0))
      expect(reader().array(() => 1)).toEqual([])
      const { written } = new Writer({ isCompact }).array(null, () => undefined)
      expect(written).toEqual(nothing)
    },
  )
})

describe('a length that cannot be true is an error', () => {
  const int16 = (value: number) => new Writer().int16(value).written
  const int32 = (value: number) => new Writer().int32(value).written
  const varint = (value: number) => new Writer().uvarint(value).written
  const endless = Buffer.alloc(10_000_000, 0x80)

  it.each([
    ['a string of -2 bytes', int16(-2), (r: Reader) => r.nullableString()],
    ['a string of 32767 bytes', int16(32_767), (r: Reader) => r.nullableString()],
    ['bytes of -2', int32(-2), (r: Reader) => r.bytes()],
    ['bytes of 2^31 - 1', int32(2 ** 31 - 1), (r: Reader) => r.bytes()],
    ['a count of -2', int32(-2), (r: Reader) => r.array(() => 1)],
    ['a count of -2^31', int32(-(2 ** 31)), (r: Reader) => r.array(() => 1)],
    ['a count of 2^31 - 1', int32(2 ** 31 - 1), (r: Reader) => r.array(() => 1)],
  ])('%s', (_, from, work) => {
    expect(() => work(new Reader(from))).toThrow(RangeError)
  })

  it.each([
    ['a string', (r: Reader) => r.nullableString()],
    ['bytes', (r: Reader) => r.bytes()],
    ['a count', (r: Reader) => r.array(() => 1)],
    ['tags', (r: Reader) => r.tags()],
  ])('a compact one of %s', (_, work) => {
    for (const from of [varint(2 ** 31), varint(2 ** 32 - 1), endless, Buffer.alloc(5, 0xff)]) {
      expect(() => work(new Reader(from, { isCompact: true }))).toThrow(RangeError)
    }
  })

  it('and nothing is read for it', () => {
    let reads = 0
    const from = Buffer.concat([int32(1_000), Buffer.alloc(100)])
    expect(() => new Reader(from).array(() => (reads += 1))).toThrow(RangeError)
    expect(reads).toBe(0)
  })
})

it('skips tagged fields that it does not know', () => {
  const written = Buffer.from([2, 0, 3, 9, 9, 9, 0x81, 1, 0, 7])
  const reader = new Reader(written, { isCompact: true })
  reader.tags()
  expect(reader.int8()).toBe(7)
})

it('gives out tagged fields to who knows them', () => {
  const written = Buffer.from([2, 0, 3, 9, 9, 9, 0x81, 1, 1, 5, 7])
  const reader = new Reader(written, { isCompact: true })
  const seen: number[] = []
  reader.tags((tag, field) => {
    if (tag === 129) seen.push(field.int8())
  })
  expect([seen, reader.int8()]).toEqual([[5], 7])
})

describe('a writer', () => {
  it('grows over its bytes', () => {
    const long = Buffer.alloc(100_000, 7)
    const { written } = new Writer().int8(1).bytes(long).int8(2)
    expect(written.length).toBe(1 + 4 + long.length + 1)
    expect(written.at(-1)).toBe(2)
    expect(written.subarray(5, -1).equals(long)).toBe(true)
  })

  it.each([
    ['a string that is too long', (w: Writer) => w.string('x'.repeat(32_768))],
    ['a number that is too large', (w: Writer) => w.int32(2 ** 31)],
    ['half an offset', (w: Writer) => w.int64(0.5)],
    ['a negative varint', (w: Writer) => w.uvarint(-1)],
  ])('rejects %s', (_, work) => {
    expect(() => work(new Writer())).toThrow(RangeError)
  })
})

it('groups items by topic, in the order in which they come', () => {
  const [a0, b0, a1] = [
    { topic: 'a', partition: 0 },
    { topic: '__proto__', partition: 0 },
    { topic: 'a', partition: 1 },
  ]
  expect(byTopic([a0, b0, a1])).toEqual([
    { topic: 'a', partitions: [a0, a1] },
    { topic: '__proto__', partitions: [b0] },
  ])
  expect(byTopic([])).toEqual([])
})
