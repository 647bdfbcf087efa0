import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadContract, ownKinds, ownTopics } from '../../../../src/avro/own-kinds/load-contract.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import { isUnknownEvent } from '../../../../src/event/guards.ts'
import { validateEvent } from '../../../../src/event/validation/validate.ts'
import type { Event } from '../../../../src/index.ts'

const time = { name: 'time', type: { type: 'long', logicalType: 'timestamp-micros' } }
const id = { name: 'id', type: 'string' }
const order = {
  name: 'order',
  type: {
    type: 'record',
    name: 'Order',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'total', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
    ],
  },
}
const placed = {
  type: 'record',
  name: 'OrderPlaced',
  namespace: 'shop',
  kind: 'order.placed',
  entityKey: 'order.id',
  fields: [id, time, order],
}

let cwd: string
beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'own-kinds-')))
})

function put(path: string, content: unknown): void {
  const file = join(cwd, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

function problemsOf(...specifiers: string[]): string[] {
  try {
    loadContract(specifiers, cwd)
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'SCHEMA_INVALID' })
    const [headline, ...lines] = (error as Error).message.split('\n  ')
    expect(headline).toBe('invalid event schemas:')
    return lines
  }
}

describe('kinds of one’s own', () => {
  it('are read from files, folders and packages, each once', () => {
    const cancelled = { ...placed, name: 'OrderCancelled', kind: 'order.cancelled' }
    const returned = { ...placed, name: 'OrderReturned', kind: 'order.returned', topic: 'returns' }
    put('schemas/placed.avsc', placed)
    put('schemas/README.md', 'not a schema')
    put('cancelled.avsc', cancelled)
    put('node_modules/@acme/kinds/schemas/returned.avsc', returned)
    const specifiers = ['./schemas', './schemas/placed.avsc', 'cancelled.avsc', '@acme/kinds']
    const contract = loadContract(specifiers, cwd)
    expect(ownKinds(contract).map(({ name }) => name)).toEqual([
      'order.placed',
      'order.cancelled',
      'order.returned',
    ])
    expect(ownTopics(contract)).toEqual(['returns'])
    expect(contract.kinds.size).toBe(builtInContract().kinds.size + 3)
    expect(contract.ofRecord('shop.OrderReturned')).toMatchObject({ topic: 'returns', isOwn: true })
  })

  it('have an id, a time and a key in each event, whatever defaults their schema has', () => {
    const key = { name: 'bay', type: 'string', default: 'none' }
    const fields = [{ ...id, default: '' }, { ...time, default: undefined }, key]
    put('counted.avsc', { ...placed, kind: 'bay.counted', entityKey: 'bay', fields })
    const { kinds } = loadContract(['./counted.avsc'], cwd)
    const problems = (event: object) => validateEvent(kinds, { kind: 'bay.counted', ...event })
    expect(problems({})).toMatchObject({
      problems: [{ path: 'id' }, { path: 'time' }, { path: 'bay' }],
    })
    expect(problems({ id: '', time: '2026-01-31T08:30:00Z', bay: '' })).toMatchObject({
      problems: [
        { path: 'id', expected: 'a non-empty string' },
        { path: 'bay', expected: 'a non-empty string' },
      ],
    })
  })

  it('are known to the guard that plugins call', () => {
    put('placed.avsc', placed)
    const event = { kind: 'order.placed' } as unknown as Event
    loadContract(['./placed.avsc'], cwd)
    expect(isUnknownEvent(event)).toBe(false)
    expect(isUnknownEvent({ kind: 'order.paid' } as unknown as Event)).toBe(true)
  })

  it('are those of this package without any', () => {
    expect(loadContract([], cwd)).toBe(builtInContract())
  })
})

describe('a schema file', () => {
  it.each<[string, unknown, string[]]>([
    ['no JSON', '{"type": "record",', ['x.avsc: expected JSON: ']],
    ['another type', { ...placed, type: 'enum' }, ['x.avsc: type: expected "record", got "enum"']],
    ['a list', [placed], ['x.avsc: type: expected "record", got nothing']],
    ['no name', { ...placed, name: 5 }, ['x.avsc: name: expected a name, got 5']],
    [
      'a type that is not defined',
      { ...placed, fields: [id, time, { name: 'order', type: 'Ordr' }] },
      ['x.avsc: expected an Avro schema: order: no type of the name Ordr'],
    ],
    [
      'a default of another type',
      { ...placed, fields: [id, time, order, { name: 'count', type: 'int', default: 'many' }] },
      ['x.avsc: expected an Avro schema: '],
    ],
    [
      'no attributes',
      { ...placed, kind: undefined, entityKey: undefined },
      [
        'x.avsc: kind: expected a name such as "order.placed", got nothing',
        'x.avsc: entityKey: expected the path of the field that keys the record, such as "order.id", got nothing',
      ],
    ],
    [
      'a key that is mistyped',
      { ...placed, entityKey: 'order.idd' },
      [
        'x.avsc: entityKey: expected the path of a field, got "order.idd", which shop.OrderPlaced does not have, did you mean order.id?',
      ],
    ],
    [
      'a key that is neither text nor a whole number',
      { ...placed, entityKey: 'order.total' },
      [
        'x.avsc: entityKey: expected a field of type string, int or long, got order.total, which is bytes (decimal)',
      ],
    ],
    [
      'a key that may be null',
      {
        ...placed,
        entityKey: 'ref',
        fields: [id, time, { name: 'ref', type: ['null', 'string'] }],
      },
      [
        'x.avsc: entityKey: expected a field of type string, int or long, got ref, which is null or string',
      ],
    ],
    [
      'a name of this package',
      { ...placed, kind: 'inventory.ordered', namespace: 'inventory_events' },
      [
        'x.avsc: kind: expected a name that does not begin with inventory., got "inventory.ordered"',
        'x.avsc: namespace: expected another namespace than inventory_events, which is that of the inventory kinds',
      ],
    ],
    [
      'a name of InvenTree',
      { ...placed, kind: 'stockitem.moved' },
      ['x.avsc: kind: expected a name that no event of InvenTree has, got "stockitem.moved"'],
    ],
    [
      'a topic that Kafka refuses',
      { ...placed, topic: 'order events' },
      ['x.avsc: topic: expected a topic name, got "order events"'],
    ],
    [
      'neither id nor time, but a kind',
      { ...placed, fields: [order, { name: 'kind', type: 'string' }] },
      [
        'x.avsc: fields: expected a field id of type string',
        'x.avsc: fields: expected a field time of type long with logicalType timestamp-micros or -millis',
        'x.avsc: fields: expected no field kind, because an event has its own',
      ],
    ],
    [
      'a record in itself',
      {
        ...placed,
        fields: [id, time, order, { name: 'parent', type: ['null', 'shop.OrderPlaced'] }],
      },
      ['x.avsc: fields: parent: expected no record within itself, got shop.OrderPlaced'],
    ],
    [
      'a default of a logical type',
      {
        ...placed,
        fields: [
          id,
          time,
          order,
          { name: 'due', type: { type: 'int', logicalType: 'date' }, default: 0 },
        ],
      },
      ['x.avsc: fields: due: expected no default but null'],
    ],
  ])('with %s is refused', (_, content, problems) => {
    put('x.avsc', content)
    const found = problemsOf('./x.avsc')
    expect(found).toEqual(problems.map((problem) => expect.stringContaining(problem)))
  })

  it('has all of its problems reported beside those of the others', () => {
    put('a/1.avsc', placed)
    put('a/2.avsc', { ...placed, name: 'Other' })
    put('a/3.avsc', { ...placed, kind: 'order.other' })
    put('a/4.avsc', '[')
    mkdirSync(join(cwd, 'empty'))
    expect(problemsOf('./a', './gone.avsc', './empty', 'a')).toEqual([
      `./gone.avsc: expected a file or a folder at ${cwd}/gone.avsc, got nothing`,
      `./empty: expected .avsc files in ${cwd}/empty, got none`,
      `a: expected node_modules/a/schemas at or above ${cwd}, got nothing (write a folder as a path, such as ./a)`,
      expect.stringContaining('a/4.avsc: expected JSON: '),
      'a/2.avsc: kind: expected another one than order.placed, which a/1.avsc has',
      'a/3.avsc: name: expected another one than shop.OrderPlaced, which a/1.avsc has',
    ])
  })
})
