/** The meaning that a schema gives to a value of an underlying type. */
export type LogicalType =
  | { readonly name: MomentName | LocalName | TimeOfDayName | PlainName }
  | { readonly name: 'decimal'; readonly scale: number; readonly precision: number }

/** Points in time, in UTC. */
export type MomentName = 'timestamp-millis' | 'timestamp-micros' | 'timestamp-nanos'
/** Dates with a time of day, without a time zone. */
export type LocalName =
  | 'local-timestamp-millis'
  | 'local-timestamp-micros'
  | 'local-timestamp-nanos'
export type TimeOfDayName = 'time-millis' | 'time-micros'
type PlainName = 'date' | 'duration' | 'uuid' | 'big-decimal'

/** The underlying types of each logical type; Avro ignores it on any other. */
const BASES: { readonly [name in LogicalType['name']]: readonly string[] } = {
  date: ['int'],
  'time-millis': ['int'],
  'time-micros': ['long'],
  'timestamp-millis': ['long'],
  'timestamp-micros': ['long'],
  'timestamp-nanos': ['long'],
  'local-timestamp-millis': ['long'],
  'local-timestamp-micros': ['long'],
  'local-timestamp-nanos': ['long'],
  decimal: ['bytes', 'fixed'],
  'big-decimal': ['bytes'],
  duration: ['fixed 12'],
  uuid: ['string', 'fixed 16'],
}

/** Larger scales have no use, and would allocate long strings. */
const SCALE_MAX = 1_000
/** Of a schema that states none, which Avro does not allow: its records are read all the same. */
const PRECISION_MAX = 2_000

/** The logical type of a schema; undefined if readers have to use the underlying type. */
export function parseLogicalType(
  type: string,
  schema: { logicalType?: unknown; size?: unknown; scale?: unknown; precision?: unknown },
): LogicalType | undefined {
  const { logicalType, size, scale = 0, precision } = schema
  if (typeof logicalType !== 'string' || !Object.hasOwn(BASES, logicalType)) return undefined
  const name = logicalType as LogicalType['name']
  const bases = BASES[name]
  if (!bases.includes(type) && !bases.includes(`${type} ${String(size)}`)) return undefined
  if (name !== 'decimal') return { name }
  const isScale =
    Number.isInteger(scale) && (scale as number) >= 0 && (scale as number) <= SCALE_MAX
  if (!isScale) throw new Error(`a decimal of scale ${String(scale)}`)
  return {
    name,
    scale: scale as number,
    precision: Number.isInteger(precision) ? Number(precision) : PRECISION_MAX,
  }
}
