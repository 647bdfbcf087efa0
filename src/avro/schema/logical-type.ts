/** What a schema says a value means beyond its bytes. */
export type LogicalType =
  | { readonly name: MomentName | LocalName | TimeOfDayName | PlainName }
  | { readonly name: 'decimal'; readonly scale: number }

/** Points in time, in UTC. */
export type MomentName = 'timestamp-millis' | 'timestamp-micros' | 'timestamp-nanos'
/** Dates with a time of day, without a time zone. */
export type LocalName =
  | 'local-timestamp-millis'
  | 'local-timestamp-micros'
  | 'local-timestamp-nanos'
export type TimeOfDayName = 'time-millis' | 'time-micros'
type PlainName = 'date' | 'duration' | 'uuid' | 'big-decimal'

/** The types, with their sizes, that each may stand on; anywhere else Avro ignores it. */
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

/** More digits behind the point than this are no number that anybody counts with. */
const SCALE_MAX = 1_000

/** The logical type of a schema, or undefined where Avro has one read the type under it. */
export function parseLogicalType(
  type: string,
  schema: { logicalType?: unknown; size?: unknown; scale?: unknown },
): LogicalType | undefined {
  const { logicalType, size, scale = 0 } = schema
  if (typeof logicalType !== 'string' || !Object.hasOwn(BASES, logicalType)) return undefined
  const name = logicalType as LogicalType['name']
  const bases = BASES[name]
  if (!bases.includes(type) && !bases.includes(`${type} ${String(size)}`)) return undefined
  if (name !== 'decimal') return { name }
  const isScale =
    Number.isInteger(scale) && (scale as number) >= 0 && (scale as number) <= SCALE_MAX
  if (!isScale) throw new Error(`a decimal of scale ${String(scale)}`)
  return { name, scale: scale as number }
}
