import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFetchAnswer } from '../../../../src/kafka/records/fetch-answer.ts'
import { RecordBatch } from '../../../../src/kafka/records/record-batch.ts'
import { splitBatches } from '../../../../src/kafka/records/split-batches.ts'
import { CorruptRecords } from '../../../../src/kafka/records/varints.ts'
import { Reader } from '../../../../src/kafka/wire/reader.ts'
import { Writer } from '../../../../src/kafka/wire/writer.ts'
import {
  endMarker,
  plainRecord,
  recordBatch,
  TRANSACTIONAL,
} from '../../../support/record-batches.ts'

const int16 = (value: number) => write(2, (bytes) => bytes.writeInt16BE(value))
const int32 = (value: number) => write(4, (bytes) => bytes.writeInt32BE(value))
const int64 = (value: number) => write(8, (bytes) => bytes.writeBigInt64BE(BigInt(value)))

function write(size: number, fill: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(size)
  fill(bytes)
  return bytes
}

interface Partition {
  errorCode?: number
  aborted?: [producerId: number, firstOffset: number][]
  records: Buffer
}

/** A Fetch response with the partitions of one topic. */
function answer(version: number, ...partitions: Partition[]): Buffer {
  const since = (oldest: number, bytes: Buffer) => (version >= oldest ? bytes : Buffer.alloc(0))
  return Buffer.concat([
    int32(7),
    since(7, int16(0)),
    since(7, int32(0)),
    int32(1),
    int16(6),
    Buffer.from('events'),
    int32(partitions.length),
    ...partitions.flatMap(({ errorCode = 0, aborted = [], records }, index) => [
      int32(index),
      int16(errorCode),
      int64(100),
      int64(90),
      since(5, int64(0)),
      int32(aborted.length),
      ...aborted.flatMap(([producerId, firstOffset]) => [int64(producerId), int64(firstOffset)]),
      since(11, int32(-1)),
      int32(records.length),
      records,
    ]),
  ])
}

const batch = (baseOffset: number, count = 2, options = {}) => {
  const records = Array.from({ length: count }, (_, n) => plainRecord(n, `${baseOffset + n}`))
  return recordBatch(records, { baseOffset, ...options })
}

it.each([4, 5, 6, 7, 8, 9, 10, 11])('reads version %i', (version) => {
  const bytes = answer(
    version,
    { records: Buffer.concat([batch(5), batch(7, 3)]) },
    { errorCode: 6, records: Buffer.alloc(0) },
  )
  const read = readFetchAnswer(new Reader(bytes), version)
  expect(read).toMatchObject({
    throttleTimeMs: 7,
    errorCode: 0,
    topics: [
      {
        topic: 'events',
        partitions: [
          { partition: 0, errorCode: 0, highWatermark: 100, lastStableOffset: 90 },
          { partition: 1, errorCode: 6, batches: [] },
        ],
      },
    ],
  })
  const { batches } = read.topics[0]!.partitions[0]!
  expect(batches.map(({ lastOffset }) => lastOffset)).toEqual([6, 9])
})

it('rejects a response that ends early', () => {
  const whole = answer(11, { records: batch(0) })
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
      expect(() => readFetchAnswer(new Reader(whole.subarray(0, length)), 11)).toThrow(RangeError)
    }),
  )
})

describe('batches', () => {
  it('are left out where the last one is cut off, at whatever byte', () => {
    const [first, second] = [batch(0), batch(2)]
    const both = Buffer.concat([first, second])
    for (let length = first.length; length < both.length; length++) {
      expect(splitBatches(both.subarray(0, length)).batches).toHaveLength(1)
    }
    expect(splitBatches(both).batches).toHaveLength(2)
  })

  it('are rejected where one states a length that none has', () => {
    const bytes = batch(0)
    bytes.writeInt32BE(-5, 8)
    expect(splitBatches(bytes)).toEqual({ batches: [], problem: expect.any(CorruptRecords) })
  })

  it('are intact or not', () => {
    const bytes = batch(0)
    expect(new RecordBatch(bytes).isIntact()).toBe(true)
    fc.assert(
      fc.property(fc.integer({ min: 17, max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const flipped = Buffer.from(bytes)
        flipped[at]! ^= 1 << bit
        expect(new RecordBatch(flipped).isIntact()).toBe(false)
      }),
    )
  })
})

describe('transactions', () => {
  const part = (baseOffset: number, producerId: number) =>
    batch(baseOffset, 1, { producerId, attributes: TRANSACTIONAL })
  const end = (type: 'abort' | 'commit', baseOffset: number, producerId: number) =>
    endMarker(type, { baseOffset, producerId })
  const offsetsOf = (aborted: Partition['aborted'], ...records: Buffer[]) => {
    const bytes = answer(11, { aborted: aborted!, records: Buffer.concat(records) })
    const { batches, skipped } = readFetchAnswer(new Reader(bytes), 11).topics[0]!.partitions[0]!
    return batches.filter((each) => !skipped.has(each)).map(({ lastOffset }) => lastOffset)
  }

  it('that were committed are kept, without their markers', () => {
    expect(offsetsOf([], part(0, 1), end('commit', 1, 1), batch(2, 1))).toEqual([0, 2])
  })

  it('that were aborted are skipped, up to their own marker only', () => {
    const interleaved = [part(0, 1), part(1, 2), end('abort', 2, 1), part(3, 1), part(4, 2)]
    const ends = [end('commit', 5, 1), end('abort', 6, 2)]
    expect(
      offsetsOf(
        [
          [2, 1],
          [1, 0],
        ],
        ...interleaved,
        ...ends,
      ),
    ).toEqual([3])
  })

  it('are skipped where a fetch begins inside them', () => {
    expect(offsetsOf([[1, 0]], part(4, 1), end('abort', 5, 1), part(6, 1))).toEqual([6])
  })

  it('of a producer that writes outside of them as well are told apart', () => {
    expect(offsetsOf([[1, 1]], batch(0, 1, { producerId: 1 }), part(1, 1))).toEqual([0])
    expect(offsetsOf([[1, 0]], batch(0, 1, { producerId: 1 }), part(1, 1))).toEqual([0])
  })
})

describe('a partition whose records are corrupt', () => {
  it('is told so, and does not hide what was fetched of others', () => {
    const bad = batch(0)
    bad.writeInt32BE(-5, 8)
    const bytes = answer(11, { records: bad }, { records: batch(3) })
    const [first, second] = readFetchAnswer(new Reader(bytes), 11).topics[0]!.partitions
    expect(first).toMatchObject({ partition: 0, batches: [], problem: expect.any(CorruptRecords) })
    expect(second).toMatchObject({ partition: 1, errorCode: 0 })
    expect(second!.batches).toHaveLength(1)
  })

  it('has no batch that is skipped by what its flipped bits say', () => {
    const records = { producerId: 1, attributes: TRANSACTIONAL }
    const whole = batch(0, 1, records)
    fc.assert(
      fc.property(fc.integer({ min: 21, max: whole.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 1 << bit
        const bytes = answer(11, { aborted: [[1, 0]], records: flipped })
        const { errorCode, skipped } = readFetchAnswer(new Reader(bytes), 11).topics[0]!
          .partitions[0]!
        expect([errorCode, skipped.size]).toEqual([0, 0])
      }),
    )
  })
})

it.each([12, 13])('reads where the log differs from what was read, in version %i', (version) => {
  const writer = new Writer({ isCompact: true }).int32(0).int16(0).int32(0)
  writer.array(['events'], (topic) => {
    if (version >= 13) writer.uuid('1'.repeat(32))
    else writer.string(topic)
    writer.array([0, 1], (partition) => {
      writer
        .int32(partition)
        .int16(0)
        .int64(100)
        .int64(90)
        .int64(0)
        .array([], () => {})
      writer.int32(-1).bytes(Buffer.alloc(0))
      if (partition === 0) {
        writer.tags()
        return
      }
      const [end, leader] = [new Writer({ isCompact: true }), new Writer({ isCompact: true })]
      const ends = [end.int32(4).int64(10).tags(), leader.int32(1).int32(5).tags()]
      writer.uvarint(ends.length)
      for (const [tag, { written }] of ends.entries()) {
        writer.uvarint(tag).uvarint(written.length)
        for (const byte of written) writer.int8((byte << 24) >> 24)
      }
    })
    writer.tags()
  })
  writer.tags()
  const reader = new Reader(writer.written, { isCompact: true })
  const [events] = readFetchAnswer(reader, version).topics
  expect(events!.partitions.map(({ divergence }) => divergence)).toEqual([
    undefined,
    { epoch: 4, endOffset: 10 },
  ])
})
