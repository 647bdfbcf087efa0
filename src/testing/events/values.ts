import type { Entity, EntityChanges, Node } from '../../event/event.ts'
import type { JsonObject, JsonValue } from '../../event/json.ts'
import { INVENTORY_KINDS, type Kind } from '../../event/kinds.ts'
import type { Path } from '../../event/path.ts'
import { isPlainObject } from '../../event/validation/check-json.ts'
import type { FieldRule, RecordShape } from '../../event/validation/shapes.ts'
import { scalarOf } from './scalars.ts'

/** Decides what a made event holds: the first of everything, or anything at random. */
export interface Choice {
  pick<T>(choices: readonly T[]): T
  /** Whether an optional field is there, or a list has one more. */
  more(): boolean
}

/** Few, so that several events are about one entity. */
const ENTITIES = [1, 2, 3] as const
const LENGTH_MAX = 3

const NODES: readonly Node[] = [
  { id: 'node_1', name: 'Receiving Bay', type: 'stage' },
  { id: 'node_2', name: 'Cold Storage', type: 'stage' },
  { id: 'node_3', name: 'Pallet 7', type: 'container' },
  { id: 'node_4', name: 'Bundle 3', type: 'bundle' },
]
const NUMBERS = [100, 3, 0, 12.5, 1, 10_000]
const WORDS = ['Expired', 'Damaged', '']
const JSON_VALUES: readonly JsonValue[] = ['4C', 21, true, null, ['a']]

/** Values of fields by their names. Ids and names of one record belong together. */
const BY_NAME: Readonly<Record<string, (choice: Choice) => unknown>> = {
  transactionId: ({ pick }) => pick(['txn_1', 'txn_2']),
  flowId: ({ pick }) => pick(['flow_1', 'flow_2']),
  entity: entityOf,
  mergedEntity: entityOf,
  entityId,
  revertedEntityId: entityId,
  restoredEntityId: entityId,
  sourceEntityId: ({ pick }) => pick(['ent_4', 'ent_5']),
  sourceEntityName: ({ pick }) => pick(['BATCH-004', 'BATCH-005']),
  sourceEntityIds: () => ['ent_4', 'ent_5'],
  sourceEntityNames: () => ['BATCH-004', 'BATCH-005'],
  restoredEntityIds: () => ['ent_4', 'ent_5'],
  restoredEntityNames: () => ['BATCH-004', 'BATCH-005'],
  node: ({ pick }) => pick(NODES),
  from: ({ pick }) => pick(NODES),
  to: ({ pick }) => pick([...NODES.slice(1), ...NODES.slice(0, 1)]),
  changes: changesOf,
}

/** An event of the kind, but for its id; of one of a few entities. */
export function kindFields(kind: Kind, choice: Choice): Record<string, unknown> {
  const { kind: _, ...shape } = kind.shape
  const { id, ...fields } = valuesOf(shape, choice)
  if (INVENTORY_KINDS.has(kind.name)) return { kind: kind.name, ...fields }
  const number = choice.pick(ENTITIES)
  return { kind: kind.name, ...withEntity(fields, kind.entityKey, number) }
}

/** Which of the two it takes is known by what it has: a key is a text or a whole number. */
function withEntity(
  fields: Record<string, unknown>,
  [name, ...rest]: Path,
  number: number,
): Record<string, unknown> {
  if (name === undefined) return fields
  const old = fields[name]
  if (isPlainObject(old)) return { ...fields, [name]: withEntity(old, rest, number) }
  return { ...fields, [name]: typeof old === 'number' ? number : `ent_${number}` }
}

/** A value for each field of a shape. */
export function valuesOf(shape: RecordShape, choice: Choice): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries(shape)) {
    const isOptional = typeof rule === 'object' && 'optional' in rule
    if (isOptional && !choice.more()) continue
    values[name] = BY_NAME[name]?.(choice) ?? madeOf(rule, choice)
  }
  return values
}

function madeOf(rule: FieldRule, choice: Choice): unknown {
  if (typeof rule === 'object') return compositeOf(rule, choice)
  const values: Record<typeof rule, () => unknown> = {
    string: () => choice.pick(WORDS),
    id: () => choice.pick(['id_1', 'id_2']),
    time: () => '2026-01-15T10:30:00Z',
    number: () => choice.pick(NUMBERS),
    'node-type': () => choice.pick(NODES).type,
    json: () => choice.pick(JSON_VALUES),
    'json-object': () => attributesOf(choice),
  }
  return values[rule]()
}

function compositeOf(rule: Exclude<FieldRule, string>, choice: Choice): unknown {
  if ('record' in rule) return valuesOf(rule.record, choice)
  if ('optional' in rule) return madeOf(rule.optional, choice)
  if ('listOf' in rule) return listOf(choice, () => madeOf(rule.listOf, choice))
  if ('mapOf' in rule) return choice.more() ? { one: madeOf(rule.mapOf, choice) } : {}
  if ('oneOf' in rule) return madeOf(choice.pick(rule.oneOf), choice)
  return scalarOf(rule.scalar, choice.pick)
}

function listOf<T>({ more }: Choice, next: () => T): T[] {
  const list: T[] = []
  while (list.length < LENGTH_MAX && more()) list.push(next())
  return list
}

function entityId({ pick }: Choice): string {
  return `ent_${pick(ENTITIES)}`
}

function entityOf(choice: Choice): Entity {
  const number = choice.pick(ENTITIES)
  return {
    id: `ent_${number}`,
    name: `BATCH-00${number}`,
    productId: choice.pick(['prod_1', 'prod_2']),
    ...(choice.more() && { quantity: choice.pick(NUMBERS) }),
    ...(choice.more() && { attributes: attributesOf(choice) }),
  }
}

function attributesOf(choice: Choice): JsonObject {
  return choice.more() ? { temperature: choice.pick(JSON_VALUES) } : {}
}

function changesOf(choice: Choice): EntityChanges {
  const keyed = () => listOf(choice, () => ({ key: 'temperature', value: choice.pick(['4C', 21]) }))
  const ids = () => listOf(choice, () => choice.pick(['ent_4', 'ent_5']))
  return {
    attributes: { add: keyed(), updated: keyed(), removed: [] },
    correlations: { add: ids(), updated: [], removed: ids() },
    spawns: { add: ids() },
  }
}
