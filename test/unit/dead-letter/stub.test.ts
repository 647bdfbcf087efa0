import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deadLetterOf } from '../../../src/dead-letter/dead-letter.ts'
import { readDeadLetter } from '../../../src/dead-letter/read-dead-letter.ts'
import { stubOf } from '../../../src/dead-letter/stub.ts'
import { HeaderList, headersByName, headersOf } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import { Failure } from '../../../src/util/failure/failure.ts'

const CAUSE = {
  plugin: 'picky',
  reason: 'rejected',
  error: new Failure('x'.repeat(5_000), { type: 'TypeError' }),
  lines: 'x'.repeat(50_000),
  attempts: 1,
  groupId: 'group',
  redrives: 0,
  replay: undefined,
} as const

const record: SourceRecord = {
  topic: 't',
  partition: 3,
  offset: 120,
  timestampMs: -1,
  key: Buffer.from('LOT-1'),
  value: Buffer.alloc(3_000_000, 'x'),
  headers: headersOf({ ce_id: 'event-1' }),
}

function stub(part: Partial<SourceRecord>) {
  const { topic, partition, ...rest } = stubOf(deadLetterOf({ ...record, ...part }, CAUSE))
  return { topic, partition, ...rest, offset: 0, timestampMs: 0 }
}

describe('a stub', () => {
  it('keeps key, headers, place and checksum, without the value', () => {
    const { key, value, headers } = stub({})
    expect({ key: key?.toString(), value, headers: headersByName(headers, String) }).toMatchObject({
      key: 'LOT-1',
      value: null,
      headers: { ce_id: 'event-1', 'dlq.partition': '3', 'dlq.offset': '120' },
    })
    const valueSha256 = createHash('sha256').update(record.value!).digest('hex')
    expect(readDeadLetter(stub({})).letter).toMatchObject({
      stub: { omitted: ['value'], valueBytes: 3_000_000, valueSha256 },
    })
  })

  it('omits headers and a key that make it too large', () => {
    const made = stub({
      key: Buffer.alloc(100_000),
      headers: headersOf({ large: Buffer.alloc(100_000) }),
    })
    expect(made.key).toBeNull()
    expect(readDeadLetter(made)).toMatchObject({
      type: 'letter',
      letter: {
        ...{ plugin: 'picky', partition: 3, offset: 120 },
        stub: { omitted: ['value', 'key', 'headers'] },
      },
    })
  })

  it('always fits into the room for headers', () => {
    const bytes = fc.nat({ max: 70_000 }).map((length) => Buffer.alloc(length))
    const header = fc.record({ name: fc.string({ maxLength: 100 }), value: bytes })
    const headers = fc.array(header, { maxLength: 8 }).map((all) => new HeaderList(all))
    fc.assert(
      fc.property(fc.option(bytes), fc.option(bytes), headers, (key, value, headers) => {
        const made = stub({ key, value, headers })
        expect(sizeOf(made)).toBeLessThan(65_536)
      }),
      { numRuns: 50 },
    )
  })
})

function sizeOf({ key, headers }: Pick<SourceRecord, 'key' | 'headers'>): number {
  return headers.size + 20 * headers.all.length + (key?.length ?? 0)
}
