import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, Schema, SchemaField } from '../../../src/avro/schema/schema.ts'
import type { Variant, Written } from './variants.ts'

type Fields = SchemaField[]

const TIME = { text: '2024-01-15T10:30:00Z', micros: 1_705_314_600_000_000n }
const LONG_MIN = '-9223372036854775808'
const LONG_MAX = 2n ** 63n - 1n
const LATIN_1 = Buffer.from('LOT-M\xfcller', 'latin1')

function changed(name: string, change: (fields: Fields) => void): string {
  const schema = structuredClone(builtInContract().ofRecord(`inventory_events.${name}`)!.schema)
  change((schema as ComplexSchema & { fields: Fields }).fields)
  return JSON.stringify(schema)
}

const field = (fields: Fields, name: string) => fields.find((each) => each.name === name)!

function event({ id, text }: Written) {
  const flowId = `flow ${text}`
  return {
    id,
    kind: 'inventory.wasted',
    time: TIME.text,
    transactionId: '',
    flowId,
    entityId: 'lot',
  }
}

function value(written: Written) {
  return { ...event(written), time: TIME.micros, reason: null }
}

/** A newer version of a kind, with a field that this version ignores. */
function withExtra(type: Schema, extra: (written: Written) => unknown, name = 'extra'): Variant {
  return {
    schema: changed('InventoryWasted', (fields) => fields.push({ name, type })),
    value: (written) => Object.defineProperty(value(written), name, own(extra(written))),
    fate: (written) => ({ type: 'event', name: 'inventory.wasted', event: event(written) }),
  }
}

/** Of a property that may be called `__proto__`. */
function own(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true }
}

const undecodable = (name: string) =>
  ({ type: 'undecodable', name, reason: 'undecodable' }) as const

const entity = { id: 'lot', name: 'LOT', productId: 'p' }
const node = { id: 'n', name: 'N', type: 'stage' }

function received({ id, text }: Written) {
  const rest = { time: TIME.text, transactionId: '', flowId: text, entity, node }
  return { id, kind: 'inventory.received', ...rest }
}

function receivedValue(written: Written, attributes: unknown = null) {
  const inner = { ...entity, quantity: null, attributes }
  return { ...received(written), time: TIME.micros, entity: inner }
}

/** Events of the contract as clients with other versions of its schemas write them. */
export const contractVariants = {
  'a field more': withExtra('string', ({ text }) => text),
  'a field called constructor': withExtra('string', ({ text }) => text, 'constructor'),
  'a field called __proto__': withExtra('string', ({ text }) => text, '__proto__'),
  'a field that is no number': withExtra('double', () => Number.NaN),
  'a time that cannot be shown': withExtra(
    { type: 'long', logicalType: 'timestamp-millis' },
    () => LONG_MAX,
  ),
  'the lowest long as default': {
    ...withExtra('long', ({ number }) => number),
    schema: changed('InventoryWasted', (fields) =>
      fields.push({ name: 'extra', type: 'long', default: 'LONG' }),
    ).replace('"LONG"', LONG_MIN),
  },
  'a flow that may be null': {
    schema: optionalFlow(),
    value,
    fate: (written) => ({ type: 'event', name: 'inventory.wasted', event: event(written) }),
  },
  'a flow that is null': {
    schema: optionalFlow(),
    value: (written) => ({ ...value(written), flowId: null }),
    fate: () => undecodable('inventory.wasted'),
  },
  'a flow that is not UTF-8': {
    schema: changed('InventoryWasted', () => undefined),
    value: (written) => ({ ...value(written), flowId: LATIN_1 }),
    fate: () => undecodable('inventory.wasted'),
  },
  'an id that is not UTF-8': {
    schema: changed('InventoryWasted', () => undefined),
    value: (written) => ({
      ...value(written),
      id: Buffer.concat([Buffer.from(written.id), LATIN_1]),
    }),
    fate: () => undecodable('inventory.wasted'),
  },
  'records in another namespace': {
    schema: changed('InventoryReceived', (fields) => {
      for (const name of ['entity', 'node']) {
        const type = field(fields, name).type as ComplexSchema
        type.namespace = 'acme.stock'
      }
    }),
    value: (written) => receivedValue(written),
    fate: (written) => ({ type: 'event', name: 'inventory.received', event: received(written) }),
  },
  'a key that is not UTF-8': {
    schema: changed('InventoryReceived', () => undefined),
    value: (written) => receivedValue(written, [[LATIN_1, { value: null }]]),
    fate: () => undecodable('inventory.received'),
  },
} satisfies Record<string, Variant>

function optionalFlow(): string {
  return changed('InventoryWasted', (fields) => {
    field(fields, 'flowId').type = ['null', 'string']
  })
}

/** A retry of an event, by a producer that has a field more since: at its default. */
export const upgraded = {
  schema: changed('InventoryWasted', (fields) =>
    fields.push({ name: 'site', type: 'string', default: 'main' }),
  ),
  value: (fields: object) => ({ reason: null, ...fields, time: TIME.micros, site: 'main' }),
}
