import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeaderList } from '../../../../src/event/headers.ts'
import type { SourceRecord } from '../../../../src/event/record.ts'
import { bytesOf, copyRecord } from '../../../../src/pipeline/intake/copy-record.ts'

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
const bytesOrNull = fc.option(bytes)
const names = fc.constantFrom('ce_id', 'ce_type', 'x', '', '__proto__', 'constructor')
const name = fc.oneof(names, fc.constant(Buffer.from([0xff])))
const header = fc.record({ name, value: fc.option(fc.oneof(bytes, fc.string())) })

const records: fc.Arbitrary<SourceRecord> = fc.record({
  topic: fc.string(),
  partition: fc.nat(),
  offset: fc.nat(),
  timestampMs: fc.nat(),
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(header).map((all) => new HeaderList(all)),
})

describe('a copy of a record', () => {
  it('equals the record', () => {
    const isSame = (record: SourceRecord) => {
      expect(plain(copyRecord(record))).toEqual(plain(record))
    }
    fc.assert(fc.property(records, isSame))
  })

  it('takes as many bytes as the record, whatever the names of its headers', () => {
    const isSame = (record: SourceRecord) => {
      expect(bytesOf(copyRecord(record))).toBe(bytesOf(record))
      expect(bytesOf(record)).toBeGreaterThan(0)
    }
    fc.assert(fc.property(records, isSame))
  })

  it('owns its bytes', () => {
    const overwritten = (record: SourceRecord) => {
      const copy = copyRecord(record)
      const before = JSON.stringify(plain(copy))
      for (const part of partsOf(record)) part.fill(0xff)
      expect(JSON.stringify(plain(copy))).toBe(before)
    }
    fc.assert(fc.property(records, overwritten))
  })
})

/** Includes what the copy creates on demand. */
function plain({ topic, partition, offset, timestampMs, key, value, headers }: SourceRecord) {
  return { topic, partition, offset, timestampMs, key, value, headers: [...headers] }
}

function partsOf({ key, value, headers }: SourceRecord): Buffer[] {
  return [key, value, ...[...headers].map(({ value: each }) => each)].filter((part) =>
    Buffer.isBuffer(part),
  )
}
