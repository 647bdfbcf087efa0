import { type ComplexSchema, fullNameOf, isRecordSchema, type Schema } from '../schema/schema.ts'
import { type AvroType, forSchema } from './avsc.ts'
import { CheckedArray, CheckedMap, PlainUnion } from './containers.ts'
import { JsonValueRecord, PlainRecord } from './records.ts'
import {
  Base64Bytes,
  Base64Fixed,
  ExactLong,
  FiniteDouble,
  FiniteFloat,
  TimestampMicros,
  TimestampMillis,
} from './scalars.ts'

const JSON_VALUE = 'inventory_events.JsonValue'

const SCALARS: ReadonlyMap<unknown, AvroType> = new Map<string, AvroType>([
  ['double', new FiniteDouble()],
  ['float', new FiniteFloat()],
  ['long', new ExactLong()],
  ['bytes', new Base64Bytes()],
])

const TIMESTAMPS: ReadonlyMap<unknown, AvroType> = new Map<string, AvroType>([
  ['timestamp-micros', new TimestampMicros()],
  ['timestamp-millis', new TimestampMillis()],
])

/** The type that events are encoded with and decoded as. */
export function createContractType(schema: Schema): AvroType {
  return forSchema(schema, { typeHook: createHook(), omitRecordMethods: true })
}

/** The type that decodes records of a producer's schema to JSON values. */
export function createWriterType(schema: Schema): AvroType {
  const hook = createHook()
  const typeHook = (part: Schema, options: object) =>
    Array.isArray(part) ? new PlainUnion(part, options) : hook(part, options)
  return forSchema(schema, { typeHook, omitRecordMethods: true })
}

interface HookOptions {
  namespace?: string
}

/** Replaces avsc's types with the ones of this folder. */
function createHook() {
  // A record type calls the hook again with the same schema to create its underlying type.
  const started = new Set<ComplexSchema>()
  return (part: Schema, options: HookOptions): AvroType | undefined => {
    if (typeof part === 'string' || Array.isArray(part)) return SCALARS.get(part)
    if (!isRecordSchema(part)) return scalarOrContainer(part, options)
    if (started.has(part)) return undefined
    started.add(part)
    return recordType(part, options)
  }
}

function recordType(schema: ComplexSchema, options: HookOptions): AvroType {
  const fields = schema.fields ?? []
  if (fields.some(({ name }) => name === '__proto__')) throw new Error('a field named __proto__')
  const fullName = fullNameOf(schema.name ?? '', schema.namespace ?? options.namespace)
  const isJsonValue = fullName === JSON_VALUE && fields.length === 1
  return isJsonValue ? new JsonValueRecord(schema, options) : new PlainRecord(schema, options)
}

function scalarOrContainer(part: ComplexSchema, options: HookOptions): AvroType | undefined {
  switch (part.type) {
    case 'array':
      return new CheckedArray(part, options)
    case 'map':
      return new CheckedMap(part, options)
    case 'fixed':
      return new Base64Fixed(part, options)
    case 'long':
      return TIMESTAMPS.get(part.logicalType) ?? SCALARS.get('long')
    default:
      return SCALARS.get(part.type)
  }
}
