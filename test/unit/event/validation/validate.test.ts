import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../../src/event/kinds.ts'
import {
  assertEvent,
  formatProblems,
  validateEvent,
} from '../../../../src/event/validation/validate.ts'
import { event } from '../../../support/arbitraries.ts'
import { readSamples } from '../../../support/samples.ts'

const received = readSamples()[0] as unknown as Record<string, unknown>

function problemsOf(value: unknown): string {
  const validation = validateEvent(INVENTORY_KINDS, value)
  return validation.ok ? 'none' : formatProblems(validation.problems)
}

/** The first sample with changes to its entity. */
function withEntity(fields: object): object {
  return { ...received, entity: { ...(received.entity as object), ...fields } }
}

describe('validateEvent', () => {
  it.each(readSamples())('accepts the published $kind unchanged', (sample) => {
    expect(validateEvent(INVENTORY_KINDS, sample)).toEqual({ ok: true, event: sample })
  })

  it('accepts every valid event unchanged', () => {
    fc.assert(
      fc.property(event, (valid) => {
        const validation = validateEvent(INVENTORY_KINDS, valid)
        expect(validation.ok && JSON.stringify(validation.event)).toBe(JSON.stringify(valid))
      }),
    )
  })

  it.each([
    [withEntity({ quantity: '12' }), 'entity.quantity: expected a number, got "12"'],
    [withEntity({ quantity: null }), 'entity.quantity: expected a number, got null'],
    [withEntity({ quantity: Number.NaN }), 'entity.quantity: expected a finite number, got NaN'],
    [withEntity({ attributes: null }), 'entity.attributes: expected an object, got null'],
    [withEntity({ attributes: [] }), 'entity.attributes: expected an object, got a list of 0'],
    [withEntity({ id: '' }), 'entity.id: expected a non-empty string, got ""'],
    [withEntity({ colour: 'red' }), 'entity.colour: expected no such field, got "red"'],
    [
      withEntity({ productID: 'p' }),
      'entity.productID: expected no such field (did you mean productId?), got "p"',
    ],
    [
      withEntity({ attributes: { 'a b': [1, Number.POSITIVE_INFINITY] } }),
      'entity.attributes["a b"][1]: expected a finite number, got Infinity',
    ],
    [
      withEntity({ attributes: { a: '\ud800' } }),
      'entity.attributes.a: expected well-formed Unicode, got "\\ud800"',
    ],
    [
      withEntity({ attributes: { '\udfff': 1 } }),
      'entity.attributes: expected keys of well-formed Unicode, got "\\udfff"',
    ],
    [
      withEntity({ attributes: { when: new Date(0) } }),
      'entity.attributes.when: expected a JSON value, got an object',
    ],
    [
      withEntity({ attributes: { a: undefined } }),
      'entity.attributes.a: expected a JSON value, got nothing',
    ],
    [{ ...received, id: '' }, 'id: expected a non-empty string, got ""'],
    [{ ...received, id: 'x\udc00' }, 'id: expected well-formed Unicode, got "x\\udc00"'],
    [
      { ...received, time: '2024-01-15T10:30:00.0000001Z' },
      'time: expected an RFC 3339 time with at most six fraction digits, such as 2026-01-31T08:30:00Z, got "2024-01-15T10:30:00.0000001Z"',
    ],
    [
      { ...received, time: '2024-01-15T10:30:00.5' },
      'time: expected Z or an offset such as +02:00 at the end of the time, got "2024-01-15T10:30:00.5"',
    ],
    [
      { ...received, time: '2024-01-15' },
      'time: expected an RFC 3339 time with at most six fraction digits, such as 2026-01-31T08:30:00Z, got "2024-01-15"',
    ],
    [
      { ...received, node: { id: 'n', name: 'n', type: 'unknown' } },
      'node.type: expected "stage", "container" or "bundle", got "unknown"',
    ],
    [{ ...received, node: undefined }, 'node: expected an object, got nothing'],
    [
      { ...readSamples()[7], sourceEntityIds: ['a', 1, ''] },
      'sourceEntityIds[1]: expected a string, got 1; sourceEntityIds[2]: expected a non-empty string, got ""',
    ],
    [{ ...received, kind: 7 }, 'kind: expected a string, got 7'],
    [{}, 'kind: expected the kind of an inventory event, or a `name` instead, got nothing'],
    [null, 'event: expected an object, got null'],
    [[], 'event: expected an object, got a list of 0'],
    ['x', 'event: expected an object, got "x"'],
    [
      { name: 'a', args: null },
      'id: expected a string, got nothing; time: expected an RFC 3339 time with at most six fraction digits, such as 2026-01-31T08:30:00Z, got nothing; args: expected a list, got null',
    ],
    [
      { id: 'a', kind: 'order.x', time: '2024-01-15T10:30:00Z', f: { g: Number.NaN } },
      'f.g: expected a finite number, got NaN',
    ],
  ])('rejects %j: %s', (value, problems) => {
    expect(problemsOf(value)).toBe(problems)
  })

  describe('holds ids and keys to 1,024 bytes of UTF-8', () => {
    const longest = 'é'.repeat(512)
    const plugin = { id: 'a', name: 'stockitem.moved', time: '2024-01-15T10:30:00Z' }
    const unknown = { id: 'a', kind: 'order.x', time: '2024-01-15T10:30:00Z' }

    it.each([
      ['id', (text: string) => ({ ...received, id: text })],
      ['entity.id', (text: string) => withEntity({ id: text })],
      ['entityId', (text: string) => ({ ...readSamples()[2], entityId: text })],
      ['sourceEntityIds[0]', (text: string) => ({ ...readSamples()[7], sourceEntityIds: [text] })],
      ['name', (text: string) => ({ ...plugin, name: text })],
      ['kind', (text: string) => ({ ...unknown, kind: text })],
    ])('%s', (path, eventWith) => {
      expect(problemsOf(eventWith(longest))).toBe('none')
      expect(problemsOf(eventWith(`${longest}x`))).toMatch(
        `${path}: expected at most 1024 bytes of UTF-8, got "éé`,
      )
      expect(problemsOf(eventWith('x'.repeat(300_000))).length).toBeLessThan(300)
    })

    it.each([
      ['kwargs.id', (text: string) => ({ ...plugin, kwargs: { id: text } }), 'stockitem:'.length],
      ['entityId', (text: string) => ({ ...unknown, entityId: text }), 0],
      ['entity.id', (text: string) => ({ ...unknown, entity: { id: text } }), 0],
    ])('the key that is made of %s', (_, eventWith, prefixBytes) => {
      expect(problemsOf(eventWith('x'.repeat(1_024 - prefixBytes)))).toBe('none')
      expect(problemsOf(eventWith('x'.repeat(1_025 - prefixBytes)))).toMatch(
        /^event: expected a record key of at most 1024 bytes of UTF-8, got "/,
      )
    })
  })

  it('converts the time to UTC', () => {
    const event = assertEvent(INVENTORY_KINDS, {
      ...received,
      time: '2024-01-15T11:30:00.250000+01:00',
    })
    expect(event.time).toBe('2024-01-15T10:30:00.250Z')
  })

  it('fills in the arguments that a plugin event omits', () => {
    const event = { id: 'a', name: 'plugins_loaded', time: '2024-01-15T10:30:00Z' }
    expect(assertEvent(INVENTORY_KINDS, event)).toEqual({ ...event, args: [], kwargs: {} })
  })

  it('accepts a kind without a schema, with all its fields', () => {
    const text =
      '{"id":"a","kind":"order.x","time":"2024-01-15T10:30:00Z","__proto__":{"b":[null]}}'
    expect(JSON.stringify(assertEvent(INVENTORY_KINDS, JSON.parse(text)))).toBe(text)
  })

  it('treats an undefined field as missing', () => {
    expect(problemsOf(withEntity({ quantity: undefined, other: undefined }))).toBe('none')
  })

  it('rejects values nested too deeply', () => {
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
    expect(problemsOf(withEntity({ attributes: { a: nested(99) } }))).toBe('none')
    expect(problemsOf(withEntity({ attributes: { a: nested(100) } }))).toContain(
      'expected at most 100 levels of nesting',
    )
    expect(problemsOf(withEntity({ attributes: { a: nested(100_000) } }))).toContain('at most 100')
  })

  it('reports at most twenty problems with shortened values', () => {
    const list = Array.from({ length: 1000 }, () => 'x'.repeat(500))
    const validation = validateEvent(INVENTORY_KINDS, {
      ...received,
      entity: list,
      flowId: 'x'.repeat(500),
    })
    expect(validation.ok).toBe(false)
    const many = validateEvent(INVENTORY_KINDS, {
      ...readSamples()[7],
      sourceEntityIds: list.map(() => 1),
    })
    expect(many.ok || many.problems.length).toBe(20)
    expect(problemsOf(withEntity({ quantity: 'x'.repeat(500) })).length).toBeLessThan(200)
  })

  it('throws EVENT_INVALID from assertEvent', () => {
    expect(() => assertEvent(INVENTORY_KINDS, { name: 'a' })).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID' }),
    )
  })
})
