import type { Path } from '../event/path.ts'
import type { OperatorName } from './operators.ts'

/** A validated `where`. */
export type Filter =
  | { readonly type: 'all' | 'any'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  | {
      readonly type: 'test'
      readonly operator: OperatorName
      readonly field: Field
      readonly operand: unknown
    }

/** A field of an event that a filter can test. `text` is how it was written. */
export type Field = { readonly text: string } & (
  | { readonly from: 'name' }
  | { readonly from: 'header'; readonly header: string }
  | { readonly from: 'data'; readonly path: Path }
)

/** The conjunction of filters. Undefined, as an operand and as the result, matches everything. */
export function allOf(filters: readonly (Filter | undefined)[]): Filter | undefined {
  const defined = filters.filter((filter) => filter !== undefined)
  return defined.length > 1 ? { type: 'all', filters: defined } : defined[0]
}

/** Every field that the filter tests. */
export function fieldsOf(filter: Filter): Field[] {
  switch (filter.type) {
    case 'test':
      return [filter.field]
    case 'not':
      return fieldsOf(filter.filter)
    default:
      return filter.filters.flatMap(fieldsOf)
  }
}

/** Whether the field is compared as a time: the same instant can be written in several ways. */
export function isTime(field: Field): boolean {
  return field.from === 'data' && field.path.length === 1 && field.path[0] === 'time'
}
