import { describe, expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { createMeantName } from '../../../src/event/meant-name.ts'
import { parseLine } from '../../../src/publish/parse-line.ts'

const kinds = INVENTORY_KINDS
const mint = { id: () => 'minted', nowMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) }
const parse = (line: string | Buffer | object) => {
  const text = typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line)
  return parseLine(Buffer.from(text), { kinds, mint, meantName: createMeantName(kinds) })
}

const moved = {
  id: 'e1',
  kind: 'inventory.destroyed',
  time: '2024-01-15T10:30:00Z',
  transactionId: 't',
  flowId: 'f',
  entityId: 'ent_1',
}

describe('a line', () => {
  it('is an event if it is valid', () => {
    expect(parse(moved)).toEqual({ type: 'event', event: moved })
    expect(parse(`${JSON.stringify(moved)}\r`)).toMatchObject({ type: 'event' })
  })

  it.each(['', '   ', '\r', '\t'])('is blank: %j', (line) => {
    expect(parse(line)).toEqual({ type: 'blank' })
  })

  it('has all of its problems reported', () => {
    expect(parse({ ...moved, entityId: 12, flowId: undefined })).toEqual({
      type: 'bad',
      problems: [expect.stringContaining('flowId: '), expect.stringContaining('entityId: ')],
    })
  })

  it.each([
    [{ ...moved, kind: 'inventory.destroid' }, 'kind', 'inventory.destroyed'],
    [{ name: 'stockitem.movd' }, 'name', 'stockitem.moved'],
  ])('is refused when its name looks mistyped: %j', (event, field, meant) => {
    const name = JSON.stringify((event as Record<string, unknown>)[field])
    expect(parse(event)).toEqual({
      type: 'bad',
      problems: [
        `${field}: ${name} is unknown, did you mean ${meant}? --allow-unknown-kinds publishes it as it is`,
      ],
    })
    const lenient = { kinds, mint, meantName: () => undefined }
    expect(parseLine(Buffer.from(JSON.stringify(event)), lenient)).toMatchObject({
      type: 'event',
      event: { [field]: JSON.parse(name) },
    })
    const own = { ...event, [field]: 'my.own.event' }
    expect(parse(own)).toMatchObject({ type: 'event' })
  })

  it('is refused when its key is longer than keys may be', () => {
    const name = 'stockitem.moved'
    expect(parse({ ...moved, entityId: 'x'.repeat(300_000) })).toEqual({
      type: 'bad',
      problems: [expect.stringMatching(/^entityId: expected at most 1024 bytes of UTF-8, got /)],
    })
    expect(parse({ name, kwargs: { id: 'x'.repeat(300_000) } })).toEqual({
      type: 'bad',
      problems: [expect.stringMatching(/^event: expected a record key of at most 1024 bytes/)],
    })
  })

  it('is rejected if it is not JSON or not UTF-8', () => {
    expect(parse('{"id":')).toMatchObject({
      problems: [expect.stringMatching(/^not valid JSON: /)],
    })
    expect(parse(`\ufeff${JSON.stringify(moved)}`)).toEqual({
      type: 'bad',
      problems: [
        'not valid JSON: it begins with a byte order mark (U+FEFF): save it as UTF-8 without one',
      ],
    })
    for (const unseen of ['\u200b', '\u0000', '\u202e']) {
      expect(parse(`{"id":${unseen}1}`)).toMatchObject({
        problems: [expect.stringMatching(/^not valid JSON: [\x20-\x7e]+$/)],
      })
    }
    expect(parse(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ problems: ['not valid UTF-8'] })
  })

  it('is rejected rather than rounded if an integer is too large for a number', () => {
    const line = JSON.stringify({ ...moved, kind: 'inventory.new', n: 0 })
    const problem = /9007199254740993 is beyond 2\^53/
    for (const value of ['9007199254740993', '[1,9007199254740993]']) {
      expect(parse(line.replace('"n":0', `"n":${value}`))).toMatchObject({
        problems: [expect.stringMatching(problem)],
      })
    }
    for (const value of [
      '9007199254740991',
      '"9007199254740993"',
      '"\\"9007199254740993"',
      '0.12345678901234567',
    ]) {
      expect(parse(line.replace('"n":0', `"n":${value}`))).toMatchObject({ type: 'event' })
    }
  })

  it('gets the missing id and time of a plugin event, and keeps existing ones', () => {
    const event = { name: 'part_part.created', kwargs: { model: 'part', id: 1 } }
    expect(parse(event)).toMatchObject({
      event: { ...event, id: 'minted', time: '2026-01-02T03:04:05.006Z', args: [] },
    })
    expect(parse({ ...event, id: 'mine', time: '2024-01-15T10:30:00Z' })).toMatchObject({
      event: { id: 'mine', time: '2024-01-15T10:30:00Z' },
    })
    expect(parse({ ...event, id: 7 })).toMatchObject({ type: 'bad' })
    expect(parse({ ...event, id: null })).toMatchObject({ type: 'bad' })
  })

  it('gets neither when it is an inventory event', () => {
    expect(parse({ ...moved, id: undefined })).toMatchObject({ type: 'bad' })
  })
})
