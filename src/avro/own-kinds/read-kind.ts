import { readFileSync } from 'node:fs'
import { INVENTREE_EVENTS } from '../../event/inventree-events.ts'
import type { Kind } from '../../event/kinds.ts'
import { jsonErrorText } from '../../event/validation/json-error.ts'
import type { RecordShape } from '../../event/validation/shapes.ts'
import { messageOf } from '../../util/errors.ts'
import { forSchema } from '../binary/avsc.ts'
import { type ContractSchema, NAMESPACE, withSharedTypes } from '../schema/contract-schemas.ts'
import { parseType } from '../schema/parse-type.ts'
import type { ComplexSchema } from '../schema/schema.ts'
import type { RecordNode } from '../schema/type-node.ts'
import { compileWriter } from '../types/compile-writer.ts'
import { entityKeyProblem, fieldAt, withIdAt } from './entity-key.ts'

/** A kind that a user has defined, and its schema. */
export interface OwnKind {
  readonly file: string
  readonly kind: Kind
  readonly schema: ContractSchema
}

export type ReadKind = { kind: OwnKind } | { problems: readonly string[] }

const KIND = /^[A-Za-z\d_][\w.-]{0,199}$/
const TOPIC = /^[\w.-]{1,249}$/
const INVENTREE: readonly unknown[] = INVENTREE_EVENTS

/** Reads a kind from its file. Problems say where in the file they are, and what was expected. */
export function readKind(file: string): ReadKind {
  let schema: ComplexSchema
  let record: RecordNode
  try {
    schema = withSharedTypes(recordIn(readFileSync(file, 'utf8')))
    record = parsed(schema)
  } catch (error) {
    return { problems: [messageOf(error)] }
  }
  const problems = [...attributeProblems(schema, record), ...fieldProblems(record)]
  const shape = shapeOf(record)
  if (typeof shape === 'string') problems.push(shape)
  if (problems.length > 0 || typeof shape === 'string') return { problems }
  return { kind: ownKind(file, { schema, record, shape }) }
}

/** The schema as JSON. */
function recordIn(text: string): ComplexSchema {
  let schema: unknown
  try {
    schema = JSON.parse(text)
  } catch (error) {
    throw new Error(`expected JSON: ${jsonErrorText(text, error)}`)
  }
  const { type, name } = Object(schema) as { type?: unknown; name?: unknown }
  if (Array.isArray(schema) || type !== 'record') {
    throw new Error(`type: expected "record", got ${shown(type)}`)
  }
  if (typeof name !== 'string') throw new Error(`name: expected a name, got ${shown(name)}`)
  return schema as ComplexSchema
}

/** avsc checks names and defaults; our parser reads what we need. */
function parsed(schema: ComplexSchema): RecordNode {
  try {
    const record = parseType(schema) as RecordNode
    forSchema(schema, { wrapUnions: true })
    return record
  } catch (error) {
    throw new Error(`expected an Avro schema: ${messageOf(error)}`)
  }
}

function attributeProblems(schema: ComplexSchema, record: RecordNode): string[] {
  const { kind, entityKey, topic } = schema
  const problems: (string | undefined)[] = [
    kindProblem(kind),
    typeof entityKey === 'string'
      ? entityKeyProblem(record, entityKey)
      : `expected the path of the field that keys the record, such as "order.id", got ${shown(entityKey)}`,
    topic === undefined || (typeof topic === 'string' && TOPIC.test(topic))
      ? undefined
      : `expected a topic name, got ${shown(topic)}`,
    record.name.startsWith(`${NAMESPACE}.`)
      ? `expected another namespace than ${NAMESPACE}, which is that of the inventory kinds`
      : undefined,
  ]
  const names = ['kind', 'entityKey', 'topic', 'namespace']
  return problems.flatMap((problem, i) => (problem === undefined ? [] : `${names[i]}: ${problem}`))
}

function kindProblem(kind: unknown): string | undefined {
  if (typeof kind !== 'string' || !KIND.test(kind)) {
    return `expected a name such as "order.placed", got ${shown(kind)}`
  }
  if (kind.startsWith('inventory.')) {
    return `expected a name that does not begin with inventory., got ${shown(kind)}`
  }
  return INVENTREE.includes(kind)
    ? `expected a name that no event of InvenTree has, got ${shown(kind)}`
    : undefined
}

/** What every event has, beside its kind. */
function fieldProblems(record: RecordNode): string[] {
  const [id, time, kind] = ['id', 'time', 'kind'].map((name) => fieldAt(record, [name]))
  const isTime =
    time?.type === 'long' && /^timestamp-(millis|micros)$/.test(time.logical?.name ?? '')
  return [
    ...(id?.type === 'string' ? [] : ['fields: expected a field id of type string']),
    ...(isTime
      ? []
      : [
          'fields: expected a field time of type long with logicalType timestamp-micros or -millis',
        ]),
    ...(kind === undefined ? [] : ['fields: expected no field kind, because an event has its own']),
  ]
}

/** The rules of its fields, or why they can't be events. */
function shapeOf(record: RecordNode): RecordShape | string {
  try {
    const { rule } = compileWriter(record)
    return (rule as { record: RecordShape }).record
  } catch (error) {
    return `fields: ${messageOf(error)}`
  }
}

interface Parts {
  schema: ComplexSchema
  record: RecordNode
  shape: RecordShape
}

/** What a kind's schema says beside what Avro knows. */
interface Attributes {
  kind: string
  entityKey: string
  topic: string | undefined
}

function ownKind(file: string, { schema, record, shape }: Parts): OwnKind {
  const { kind: name, entityKey, topic } = schema as ComplexSchema & Attributes
  const path = entityKey.split('.')
  return {
    file,
    kind: {
      name,
      record: record.name,
      shape: { kind: 'string', ...[['id'], ['time'], path].reduce(withIdAt, shape) },
      entityKey: path,
    },
    schema: {
      fullName: record.name,
      name,
      topicFamily: 'inventory',
      topic,
      isOwn: true,
      schema,
      text: JSON.stringify(schema),
    },
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
