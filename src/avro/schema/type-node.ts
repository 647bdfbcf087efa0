import type { LogicalType } from './logical-type.ts'

/** A schema with its references resolved, and only what reading needs: recursive types are circles. */
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
  /** What a reader takes a symbol for that it does not know. */
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
  /** As the schema's JSON has it, valid or not; undefined where there is none. */
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

/** Whether the record is only there because Avro's unions can't be recursive: it is its one field. */
export function isJsonValue(node: TypeNode | undefined): node is RecordNode {
  return node?.type === 'record' && node.name === JSON_VALUE && node.fields.length === 1
}

/** Whether null may stand for a missing field of this type. */
export function isNullable(node: TypeNode): boolean {
  return node.type === 'union' && node.branches.some(({ type }) => type === 'null')
}

/** What a type is called in a message. */
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
