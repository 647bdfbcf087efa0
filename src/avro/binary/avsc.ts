import avsc from 'avsc'

/**
 * Internals of avsc (pinned to one version) that its type declarations omit. avsc encodes our own
 * schemas, and its tap reads primitives. Producers' schemas are resolved by our own readers, because
 * avsc is stricter about schemas than decoding requires, and less strict about values.
 */
export interface Tap {
  buf: Buffer
  pos: number
  readBoolean(): boolean
  readLong(): number
  skipLong(): void
  writeLong(value: number): void
  writeBoolean(value: boolean): void
  writeFloat(value: number): void
  writeDouble(value: number): void
  writeString(value: string): void
  writeBytes(value: Buffer): void
  writeFixed(value: Buffer): void
  /** Undefined past the end, as `readFloat`. */
  readDouble(): number | undefined
  readFloat(): number | undefined
}

export interface AvroType {
  readonly fields?: readonly { readonly type: AvroType }[]
  readonly underlyingType: AvroType
  decode(bytes: Buffer, position: number, reader?: unknown): unknown
  encode(value: unknown, bytes: Buffer, position: number): number
  _write(tap: Tap, value: unknown): void
  _check(value: unknown, flags?: unknown, hook?: (value: unknown, type: AvroType) => void): boolean
}

type TypeClass = new (schema?: unknown, options?: unknown) => AvroType

const { Type, types } = avsc as unknown as {
  Type: {
    forSchema(schema: unknown, options: object): AvroType
  }
  types: Record<string, TypeClass>
}

export const forSchema = Type.forSchema
export const LogicalType = types.LogicalType as TypeClass
export const LongType = types.LongType as TypeClass

/** A reusable tap: avsc itself allocates one for each value. */
export function createTap(): Tap {
  let tap: Tap | undefined
  const type = forSchema('null', {})
  const capture = (given: Tap) => {
    tap = given
  }
  type.decode(Buffer.alloc(0), 0, { _readerType: type, _read: capture })
  return tap as unknown as Tap
}
