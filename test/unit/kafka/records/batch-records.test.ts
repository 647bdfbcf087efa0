import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeaderList, type RecordHeaders } from '../../../../src/event/headers.ts'
import { BatchRecords } from '../../../../src/kafka/records/batch-records.ts'
import { RecordBatch } from '../../../../src/kafka/records/record-batch.ts'
import { CorruptRecords } from '../../../../src/kafka/records/varints.ts'
import { type BatchRecord, plainRecord, recordBatch } from '../../../support/record-batches.ts'

const PLACE = { topic: 'events', partition: 3 }

function open(bytes: Buffer) {
  const batch = new RecordBatch(bytes)
  return new BatchRecords(PLACE).open(batch, batch.body)
}

const pairsOf = (headers: RecordHeaders) => [...headers].map(({ name, value }) => [name, value])

function readAll(bytes: Buffer) {
  const records = open(bytes)
  const all = []
  for (let record = records.next(); record !== undefined; record = records.next()) {
    const { offset, timestampMs, key, value, headers } = record
    all.push({ offset, timestampMs, key, value, headers: pairsOf(headers) })
  }
  return all
}

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const maybe = fc.option(bytes)
const names = fc.array(fc.oneof(fc.string(), fc.constantFrom('a', '__proto__', 'constructor')), {
  maxLength: 5,
})

const records = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 300 }),
      timestampDeltaMs: fc.oneof(fc.integer(), fc.maxSafeInteger()),
      key: maybe,
      value: maybe,
      headers: names.chain((each) =>
        fc.tuple(...each.map((name) => fc.tuple(fc.constant(name), maybe))),
      ),
    }),
    { maxLength: 8 },
  )
  .map((drawn) => {
    let offsetDelta = -1
    return drawn.map(({ gap, ...record }): BatchRecord => {
      offsetDelta += gap
      return { ...record, offsetDelta }
    })
  })

it('reads what was written', () => {
  fc.assert(
    fc.property(records, fc.maxSafeNat(), (written, baseOffset) => {
      fc.pre(baseOffset < Number.MAX_SAFE_INTEGER - 10_000)
      expect(readAll(recordBatch(written, { baseOffset }))).toEqual(
        written.map(({ offsetDelta, timestampDeltaMs, headers, ...record }) => ({
          ...record,
          offset: baseOffset + offsetDelta,
          timestampMs: timestampDeltaMs,
          headers,
        })),
      )
    }),
  )
})

it('gives all records the time of the broker where that counts', () => {
  const times = { baseTimestampMs: 5, maxTimestampMs: 99 }
  const written = [plainRecord(0, 'a'), { ...plainRecord(1, 'b'), timestampDeltaMs: 7 }]
  const timesOf = (attributes: number) =>
    readAll(recordBatch(written, { ...times, attributes })).map(({ timestampMs }) => timestampMs)
  expect(timesOf(0)).toEqual([5, 12])
  expect(timesOf(0b1000)).toEqual([99, 99])
})

describe('headers', () => {
  const readHeaders = (headers: BatchRecord['headers']) =>
    open(recordBatch([{ ...plainRecord(0, ''), headers }])).next()!.headers

  it('stay in their order, with names that repeat and null', () => {
    const [one, two] = [Buffer.from('one'), Buffer.from('two')]
    const written = [
      ['a', one],
      ['b', null],
      ['a', null],
      ['a', two],
    ] as const
    expect(pairsOf(readHeaders(written))).toEqual(written)
  })

  it('have the value that comes last under a name', () => {
    const [one, two] = [Buffer.from('one'), Buffer.from('two')]
    const headers = readHeaders([
      ['a', one],
      ['b', two],
      ['b', null],
      ['a', two],
      ['\u00fc', one],
    ])
    expect(['a', 'b', 'c', '\u00fc'].map((name) => headers.last(name))).toEqual([
      two,
      null,
      undefined,
      one,
    ])
    const isText = (name: string, text: string) => headers.lastIsText(name, text)
    expect([isText('a', 'two'), isText('a', 'one'), isText('a', 'two!')]).toEqual([
      true,
      false,
      false,
    ])
    expect([isText('b', ''), isText('c', '')]).toEqual([undefined, undefined])
    const value = Buffer.from('a two')
    expect(headers.lastEquals('a', value, 2, 5)).toBe(true)
    expect(headers.lastEquals('a', value, 1, 5)).toBe(false)
    expect(headers.lastEquals('b', value, 2, 5)).toBeUndefined()
  })

  it('answer as those in objects do', () => {
    const name = fc.constantFrom('a', 'b', '', '\u00e9', '__proto__')
    const text = fc.string({ unit: 'grapheme', maxLength: 3 })
    const value = fc.option(
      fc.oneof(
        bytes,
        text.map((each) => Buffer.from(each)),
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), name, text, (written, asked, other) => {
        const read = readHeaders(written)
        const listed = new HeaderList(written.map(([name, value]) => ({ name, value })))
        const bytes = Buffer.from(other)
        expect(pairsOf(read)).toEqual(pairsOf(listed))
        expect(read.last(asked)).toEqual(listed.last(asked))
        expect(read.lastIsText(asked, other)).toBe(listed.lastIsText(asked, other))
        expect(read.lastEquals(asked, bytes, 0, bytes.length)).toBe(
          listed.lastEquals(asked, bytes, 0, bytes.length),
        )
      }),
    )
  })

  it('keep a name that is not UTF-8', () => {
    const name = Buffer.from([0x61, 0xff])
    expect(pairsOf(readHeaders([[name, Buffer.from('x')]]))).toEqual([[name, Buffer.from('x')]])
  })

  it('may have the names of every object', () => {
    const value = Buffer.from('value')
    const written = [
      ['__proto__', value],
      ['constructor', value],
      ['toString', value],
    ] as const
    const read = readHeaders(written)
    expect(pairsOf(read)).toEqual(written)
    expect([read.last('constructor'), read.last('valueOf')]).toEqual([value, undefined])
  })

  it('are read in time that is linear in their number', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => [`header-${n}`, Buffer.from('x')] as const)
    expect([...readHeaders(many(20_000))]).toHaveLength(20_000)
  })
})

describe('bytes that are no records', () => {
  const batchOf = (body: Buffer, count = 1) => recordBatch([], { compress: () => body, count })

  it.each([
    ['a record longer than the batch', [0x7e, 0, 0, 0]],
    ['a record of a negative length', [0x01, 0, 0, 0]],
    ['a key longer than its record', [0x0c, 0, 0, 0, 0x7e, 0, 0]],
    ['bytes after the last record', [0x0c, 0, 0, 0, 1, 1, 0, 9]],
  ])('are rejected: %s', (_, body) => {
    expect(() => readAll(batchOf(Buffer.from(body)))).toThrow(CorruptRecords)
  })

  it('are rejected: a header longer than its record', () => {
    const record = open(batchOf(Buffer.from([0x12, 0, 0, 0, 1, 1, 2, 0x7e, 0, 0]))).next()
    for (const read of [
      () => record!.headers.last('a'),
      () => [...record!.headers],
      () => record!.headers.size,
      () => record!.detach(),
      () => record!.copy(),
    ])
      expect(read).toThrow(CorruptRecords)
  })

  it('never crash otherwise, whatever they are', () => {
    const body = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
    fc.assert(
      fc.property(body, fc.integer({ min: -1, max: 50 }), (drawn, count) => {
        try {
          readAll(batchOf(drawn, count))
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptRecords)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

it('lets go of the bytes when a batch is closed', () => {
  const batch = new RecordBatch(recordBatch([plainRecord(0, 'value')]))
  const records = new BatchRecords(PLACE).open(batch, batch.body)
  const record = records.next()!
  expect(record.value?.toString()).toBe('value')
  records.close()
  expect(record.value).toBeNull()
  expect(records.next()).toBeUndefined()
})
