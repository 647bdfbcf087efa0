import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deadLetterOf } from '../../../src/dead-letter/dead-letter.ts'
import { decisionIn, decisionRecordOf } from '../../../src/dead-letter/decision.ts'
import { DLQ } from '../../../src/dead-letter/headers.ts'
import { readDeadLetter } from '../../../src/dead-letter/read-dead-letter.ts'
import {
  HeaderList,
  type HeadersByName,
  headersOf,
  NO_HEADERS,
} from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import { Failure } from '../../../src/util/failure/failure.ts'

const input: SourceRecord = {
  ...{ topic: 't', partition: 2, offset: 7, timestampMs: 1 },
  ...{ key: Buffer.from('lot'), value: Buffer.from('x'), headers: NO_HEADERS },
}
const written = deadLetterOf(input, {
  ...{ plugin: 'p', reason: 'exhausted', error: new Failure('boom'), lines: 'boom' },
  ...{ attempts: 3, groupId: 'g', redrives: 1, replay: undefined },
})
const record: SourceRecord = { ...written, offset: 9, timestampMs: 5 }
const having = (headers: HeadersByName, topic = record.topic) => {
  const others = [...record.headers].filter(({ name }) => !(String(name) in headers))
  return readDeadLetter({ ...record, topic, headers: headersOf(headers, others) })
}

it('a letter that the service wrote is read', () => {
  expect(readDeadLetter(record)).toMatchObject({
    type: 'letter',
    letter: {
      ...{ place: 't.dead-letters/2@9', topic: 't', partition: 2, offset: 7, entity: 'lot' },
      ...{ plugin: 'p', reason: 'exhausted', error: 'boom', attempts: 3, redrives: 1 },
    },
  })
})

describe('a forged one is unreadable, with the reason', () => {
  it.each([
    [{ [DLQ.partition]: 'abc' }, 'dlq.partition: expected a whole number, got abc'],
    [{ [DLQ.partition]: '-1' }, 'dlq.partition: expected a whole number, got -1'],
    [{ [DLQ.partition]: undefined }, 'dlq.partition: expected a whole number, got nothing'],
    [{ [DLQ.offset]: '1e3' }, 'dlq.offset: expected a whole number, got 1e3'],
    [{ [DLQ.offset]: '9999999999999999' }, 'dlq.offset: expected a whole number'],
    [{ [DLQ.attempts]: 'many' }, 'dlq.attempts: expected a whole number, got many'],
    [{ [DLQ.redrives]: '' }, 'dlq.redrives: expected a whole number, got nothing'],
    [{ [DLQ.topic]: 'other' }, 'dlq.topic: expected t, got other'],
    [{ [DLQ.plugin]: '' }, 'dlq.plugin: expected a text, got nothing'],
    [{ [DLQ.omitted]: 'value' }, 'dlq.value-bytes: expected a whole number, got nothing'],
  ])('%j', (headers, why) => {
    expect(having(headers)).toMatchObject({
      type: 'unreadable',
      letter: { place: 't.dead-letters/2@9', why: expect.stringContaining(why) },
    })
  })

  it('of any headers, without throwing', () => {
    const value = fc.oneof(fc.string(), fc.uint8Array().map(Buffer.from), fc.constant(null))
    const name = fc.constantFrom(...Object.values(DLQ), 'other', Buffer.from([0xff]))
    const forged = fc.array(fc.record({ name, value })).map((all) => new HeaderList(all))
    fc.assert(
      fc.property(forged, (headers) => {
        const { type, letter } = readDeadLetter({ ...record, headers })
        if (type === 'unreadable') {
          expect(letter.why).toContain('expected')
          return
        }
        for (const number of [letter.partition, letter.offset, letter.attempts, letter.redrives]) {
          expect(Number.isSafeInteger(number) && number >= 0).toBe(true)
        }
      }),
    )
  })
})

describe('a decision', () => {
  const audit = { by: 'ann', at: 'A', why: 'known' }
  const discard = { type: 'discard', place: 't.dead-letters/2@9', groupId: 'g', ...audit } as const

  it('is read as it was written, beside the letter', () => {
    const written = decisionRecordOf(discard, record)
    expect(written).toMatchObject({ topic: 't.dead-letters', partition: 2, key: record.key })
    expect(decisionIn({ ...written, offset: 10, timestampMs: 6 })).toEqual(discard)
  })

  it('to restore is one that older versions read as a discard, and never as a dead letter', () => {
    const restore = { ...discard, type: 'restore' } as const
    const written = decisionRecordOf(restore, record)
    expect(decisionIn({ ...written, offset: 11, timestampMs: 7 })).toEqual(restore)
    expect(JSON.parse(String(written.value))).toMatchObject({ v: 1, group: 'g', restores: true })
    expect([...written.headers].map(({ name }) => name)).toEqual(['dlq.discarded'])
  })

  it.each(['', 'null', '[]', '{"v":2}', 'no JSON'])('of value %j is not one', (value) => {
    const headers = { 'dlq.discarded': discard.place }
    expect(
      decisionIn({ ...record, headers: headersOf(headers), value: Buffer.from(value) }),
    ).toBeUndefined()
  })

  it('is not what a letter is', () => {
    expect(decisionIn(record)).toBeUndefined()
  })
})
