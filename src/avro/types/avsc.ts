import avsc from 'avsc'

/**
 * Internals of avsc (pinned to one version) that its type declarations omit. A type reads its value
 * from a tap; overriding `_read` and `_skip` is the only way to change how.
 */
export interface Tap {
  buf: Buffer
  pos: number
  readLong(): number
  skipLong(): void
  writeLong(value: number): void
  readString(): string | undefined
  skipString(): void
  readDouble(): number
  readFloat(): number
  readBytes(): Buffer | undefined
  readFixed(size: number): Buffer | undefined
}

export interface Field {
  name: string
  type: AvroType
  /** Undefined if the field has no default. */
  defaultValue(): unknown
}

export interface AvroType {
  readonly typeName: string
  readonly name: string | undefined
  readonly fields?: readonly Field[]
  readonly types?: readonly AvroType[]
  readonly itemsType: AvroType
  readonly valuesType: AvroType
  readonly underlyingType: AvroType
  readonly size: number
  createResolver(writer: AvroType, options?: object): Reader
  decode(bytes: Buffer, position: number, reader?: Reader): { value: unknown; offset: number }
  encode(value: unknown, bytes: Buffer, position: number): number
  fromBuffer(bytes: Buffer, reader?: Reader, leadingFieldsOnly?: boolean): unknown
  _read(tap: Tap): unknown
  _skip(tap: Tap): void
  _write(tap: Tap, value: unknown): void
  _check(value: unknown, flags?: unknown, hook?: (value: unknown, type: AvroType) => void): boolean
  _update(reader: Reader, writer: AvroType, options: object): void
}

/** Reads values written with another schema. */
export interface Reader {
  _read(tap: Tap): unknown
}

type TypeClass = new (schema?: unknown, options?: unknown) => AvroType

const { Type, types } = avsc as unknown as {
  Type: {
    forSchema(schema: unknown, options: object): AvroType
  }
  types: Record<string, TypeClass>
}

export const forSchema = Type.forSchema
export const ArrayType = types.ArrayType as TypeClass
export const BytesType = types.BytesType as TypeClass
export const DoubleType = types.DoubleType as TypeClass
export const FixedType = types.FixedType as TypeClass
export const FloatType = types.FloatType as TypeClass
export const LogicalType = types.LogicalType as TypeClass
export const LongType = types.LongType as TypeClass
export const MapType = types.MapType as TypeClass
export const StringType = types.StringType as TypeClass
export const UnwrappedUnionType = types.UnwrappedUnionType as TypeClass
export const WrappedUnionType = types.WrappedUnionType as TypeClass

/** A reusable tap: avsc itself allocates one for each value. */
export function createTap(): Tap {
  let tap: Tap | undefined
  const type = forSchema('null', {})
  const capture = (created: Tap) => {
    tap = created
  }
  type.decode(Buffer.alloc(0), 0, { _readerType: type, _read: capture } as Reader)
  return tap as unknown as Tap
}
