import type { LogicalType } from './logical-type.ts'

/** A parsed schema with resolved references, limited to what decoding needs. Recursive types are cyclic. */
export type TypeNode =
  | PrimitiveNode
  | FixedNode
  | EnumNode
  | RecordNode
  | ArrayNode
  | MapNode
  | UnionNode

export type Primitive =
  | 'null'
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'bytes'
  | 'string'

export interface PrimitiveNode {
  readonly type: Primitive
  readonly logical: LogicalType | undefined
}

export interface FixedNode {
  readonly type: 'fixed'
  readonly name: string
  readonly size: number
  readonly logical: LogicalType | undefined
}

export interface EnumNode {
  readonly type: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
  /** The reader's replacement for unknown symbols. */
  readonly fallback: string | undefined
}

export interface RecordNode {
  readonly type: 'record'
  /** The full name. */
  readonly name: string
  readonly fields: readonly FieldNode[]
}

export interface FieldNode {
  readonly name: string
  readonly type: TypeNode
  /** As in the schema's JSON, valid or not; undefined if there is none. */
  readonly default: unknown
}

export interface ArrayNode {
  readonly type: 'array'
  readonly items: TypeNode
}

export interface MapNode {
  readonly type: 'map'
  readonly values: TypeNode
}

export interface UnionNode {
  readonly type: 'union'
  readonly branches: readonly TypeNode[]
}

const JSON_VALUE = 'inventory_events.JsonValue'

/** Whether the record only wraps a JSON value, because Avro's unions can't be recursive themselves. */
export function isJsonValue(node: TypeNode | undefined): node is RecordNode {
  return node?.type === 'record' && node.name === JSON_VALUE && node.fields.length === 1
}

/** Whether a field of this type may be null, which means a missing value. */
export function isNullable(node: TypeNode): boolean {
  return node.type === 'union' && node.branches.some(({ type }) => type === 'null')
}

/** A type's name in messages. */
export function labelOf(node: TypeNode): string {
  switch (node.type) {
    case 'union':
      return node.branches.map(labelOf).join(' or ') || 'an empty union'
    case 'record':
    case 'enum':
      return `${node.type} ${node.name}`
    case 'fixed':
      return `fixed ${node.name} of ${node.size} bytes${logicalSuffix(node.logical)}`
    case 'array':
    case 'map':
      return node.type
    default:
      return `${node.type}${logicalSuffix(node.logical)}`
  }
}

function logicalSuffix(logical: LogicalType | undefined): string {
  return logical === undefined ? '' : ` (${logical.name})`
}
