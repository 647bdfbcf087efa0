import fc from 'fast-check'
import type { Event, InventoryEvent, PluginEvent, UnknownEvent } from '../../src/event/event.ts'
import { INVENTORY_KINDS, kindNames } from '../../src/event/kinds.ts'
import { formatTime } from '../../src/event/time/time.ts'
import { isWellFormed } from '../../src/event/validation/check-json.ts'
import {
  type FieldRule,
  type RecordShape,
  SHAPE_OF_KIND,
} from '../../src/event/validation/shapes.ts'

/** Well-formed text of any script, with awkward characters more often than by chance. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).filter(isWellFormed),
  fc.constantFrom('', '\0', 'ä', '漢字', '👩‍👩‍👧', '"\\\n', '__proto__'),
)

const id = text.map((s) => s || 'id')

const key = fc.oneof(
  text,
  fc.constantFrom('__proto__', 'constructor', 'toString', '0', '-1', 'a b'),
)

export const number = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.maxSafeInteger(),
    fc.integer(),
    fc.constantFrom(0, 2 ** 53, -(2 ** 53), 5e-324, Number.MAX_VALUE),
  )
  // JSON writes -0 as 0.
  .map((n) => (n === 0 ? 0 : n))

/** Any JSON value, with the own keys that JSON.parse would create. */
export const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('json'), { maxLength: 4 }),
    objectOf(tie('json')),
  ),
}))

function objectOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((members) => {
    const text = members.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()
    return JSON.parse(`{${text}}`) as Record<string, unknown>
  })
}

const SECOND_MIN = -62_135_596_800n
const SECOND_MAX = 253_402_300_799n

/** RFC 3339 times in UTC, from the whole range of years. */
export const time = fc
  .oneof(
    fc.bigInt({ min: SECOND_MIN * 1_000_000n, max: SECOND_MAX * 1_000_000n + 999_999n }),
    fc.bigInt({ min: 1_600_000_000_000_000n, max: 1_900_000_000_000_000n }),
    fc.bigInt({ min: SECOND_MIN, max: SECOND_MAX }).map((seconds) => seconds * 1_000_000n),
  )
  .map((micros) => formatTime(micros) as string)

const nodeType = fc.constantFrom('stage', 'container', 'bundle')

function field(rule: FieldRule): fc.Arbitrary<unknown> {
  if (typeof rule !== 'string') return composite(rule)
  const arbitraries = { string: text, id, time, number, json, 'node-type': nodeType }
  return rule === 'json-object' ? objectOf(json) : arbitraries[rule]
}

function composite(rule: Exclude<FieldRule, string>): fc.Arbitrary<unknown> {
  if ('listOf' in rule) return fc.array(field(rule.listOf), { maxLength: 3 })
  if ('optional' in rule) return field(rule.optional)
  if ('record' in rule) return record(rule.record)
  throw new Error('no kind of this package has such a rule')
}

function record(shape: RecordShape): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(shape)
  const required = fields.filter(([, rule]) => typeof rule === 'string' || !('optional' in rule))
  const arbitraries = Object.fromEntries(fields.map(([name, rule]) => [name, field(rule)]))
  return fc.record(arbitraries, {
    requiredKeys: required.map(([name]) => name),
    noNullPrototype: true,
  })
}

/** A valid event of the kind, with its time in normal form. */
export function inventoryEventOf(kind: InventoryEvent['kind']): fc.Arbitrary<InventoryEvent> {
  return record(SHAPE_OF_KIND[kind]).map(
    ({ id, ...fields }) => ({ id, kind, ...fields }) as unknown as InventoryEvent,
  )
}

export const inventoryEvent: fc.Arbitrary<InventoryEvent> = fc
  .constantFrom(...(kindNames(INVENTORY_KINDS) as InventoryEvent['kind'][]))
  .chain(inventoryEventOf)

export const pluginEvent: fc.Arbitrary<PluginEvent> = fc.record(
  {
    id,
    name: fc.oneof(id, fc.constantFrom('stockitem.moved', 'part_part.saved')),
    time,
    args: fc.array(json, { maxLength: 3 }) as fc.Arbitrary<PluginEvent['args']>,
    kwargs: objectOf(json) as fc.Arbitrary<PluginEvent['kwargs']>,
  },
  { noNullPrototype: true },
)

export const unknownEvent: fc.Arbitrary<UnknownEvent> = fc
  .tuple(objectOf(json), id, time, fc.constantFrom('order.status.changed', 'inventory.teleported'))
  .map(([fields, eventId, eventTime, kind]) => {
    return { ...fields, id: eventId, kind, time: eventTime } as unknown as UnknownEvent
  })

/** A valid event of any family, in the form that the validator returns. */
export const event: fc.Arbitrary<Event> = fc.oneof(inventoryEvent, pluginEvent, unknownEvent)
