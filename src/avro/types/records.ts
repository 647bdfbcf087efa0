import { type AvroType, LogicalType, type Reader, type Tap } from './avsc.ts'
import { enterRecord, leaveRecord } from './nesting-limit.ts'

interface PlainField {
  name: string
  /** Whether null means that the field is missing. */
  optional: boolean
}

/** Reads a record as a plain object without the optional fields that are null. */
export class PlainRecord extends LogicalType {
  private readonly plainFields: readonly PlainField[]

  constructor(schema: unknown, options: unknown) {
    super(schema, options)
    this.plainFields = (this.underlyingType.fields ?? []).map(({ name, type }) => ({
      name,
      optional: isNullable(type),
    }))
  }

  override _read(tap: Tap): unknown {
    return this.readPlain(tap, this.underlyingType)
  }

  override _update(reader: Reader, writer: AvroType, options: object): void {
    const resolved = this.underlyingType.createResolver(writer, options)
    reader._read = (tap) => this.readPlain(tap, resolved)
  }

  override _skip(tap: Tap): void {
    enterRecord()
    this.underlyingType._skip(tap)
    leaveRecord()
  }

  _toValue(value: unknown): unknown {
    return value
  }

  _fromValue(record: Record<string, unknown>): unknown {
    const plain: Record<string, unknown> = {}
    for (const { name, optional } of this.plainFields) {
      const value = record[name]
      if (value !== null || !optional) plain[name] = value
    }
    return plain
  }

  private readPlain(tap: Tap, reader: Reader): unknown {
    enterRecord()
    const plain = this._fromValue(reader._read(tap) as Record<string, unknown>)
    leaveRecord()
    return plain
  }
}

/** Reads and writes the record that wraps a JSON value as the value itself. */
export class JsonValueRecord extends LogicalType {
  private readonly valueType: AvroType

  constructor(schema: unknown, options: unknown) {
    super(schema, options)
    this.valueType = this.underlyingType.fields?.[0]?.type as AvroType
  }

  override _read(tap: Tap): unknown {
    enterRecord()
    const value = this.valueType._read(tap)
    leaveRecord()
    return value
  }

  override _write(tap: Tap, value: unknown): void {
    this.valueType._write(tap, value)
  }

  /** A JSON value is read as written: its union may have other branches in the writer's schema. */
  override _update(reader: Reader, writer: AvroType): void {
    if (writer instanceof JsonValueRecord) reader._read = (tap) => writer._read(tap)
  }

  override _skip(tap: Tap): void {
    enterRecord()
    this.valueType._skip(tap)
    leaveRecord()
  }

  _toValue(value: unknown): unknown {
    return { value }
  }

  _fromValue(record: { value: unknown }): unknown {
    return record.value
  }
}

/** Whether a field of this type may be null, which means a missing value. */
export function isNullable({ types }: AvroType): boolean {
  return types?.some(({ typeName }) => typeName === 'null') ?? false
}
