import { parseTime } from '../../event/time/time.ts'
import { type AvroType, forSchema, LogicalType, LongType, type Tap } from '../binary/avsc.ts'
import { writeLong } from '../binary/varint.ts'
import { type ComplexSchema, fullNameOf, isRecordSchema, type Schema } from '../schema/schema.ts'

const JSON_VALUE = 'inventory_events.JsonValue'

/** The type that events are encoded with. */
export function createContractType(schema: Schema): AvroType {
  return forSchema(schema, { typeHook: createHook(), omitRecordMethods: true })
}

interface HookOptions {
  namespace?: string
}

/** Replaces some of avsc's types with ours. */
function createHook() {
  // A record's type calls the hook with the same schema again, to create its underlying type.
  const started = new Set<ComplexSchema>()
  return (part: Schema, options: HookOptions): AvroType | undefined => {
    if (typeof part === 'string' || Array.isArray(part)) return undefined
    if (!isRecordSchema(part)) {
      const isTime = part.type === 'long' && part.logicalType === 'timestamp-micros'
      return isTime ? timestampMicros : undefined
    }
    if (started.has(part) || !isJsonValueSchema(part, options)) return undefined
    started.add(part)
    return new JsonValueRecord(part, options)
  }
}

function isJsonValueSchema(schema: ComplexSchema, options: HookOptions): boolean {
  const fullName = fullNameOf(schema.name ?? '', schema.namespace ?? options.namespace)
  return fullName === JSON_VALUE && schema.fields?.length === 1
}

/** Writes a time, given as RFC 3339 text. */
class TimestampMicros extends LongType {
  override _write(tap: Tap, value: unknown): void {
    const micros = typeof value === 'string' ? parseTime(value) : undefined
    if (micros === undefined) throw new Error('a time is not RFC 3339')
    writeLong(tap, micros)
  }

  override _check(
    value: unknown,
    _flags?: unknown,
    hook?: (value: unknown, type: AvroType) => void,
  ) {
    const ok = typeof value === 'string' && parseTime(value) !== undefined
    if (!ok) hook?.(value, this)
    return ok
  }
}

const timestampMicros = new TimestampMicros()

/** Encodes the record that wraps a JSON value, given the value itself. */
class JsonValueRecord extends LogicalType {
  private readonly valueType: AvroType

  constructor(schema: unknown, options: unknown) {
    super(schema, options)
    this.valueType = this.underlyingType.fields?.[0]?.type as AvroType
  }

  override _write(tap: Tap, value: unknown): void {
    this.valueType._write(tap, value)
  }

  _toValue(value: unknown): unknown {
    return { value }
  }

  _fromValue(record: { value: unknown }): unknown {
    return record.value
  }
}
