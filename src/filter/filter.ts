import type { Path } from '../event/path.ts'
import type { OperatorName } from './operators.ts'

/** What a `where` says, read and found good. */
export type Filter =
  | { readonly type: 'all' | 'any'; readonly filters: readonly Filter[] }
  | { readonly type: 'not'; readonly filter: Filter }
  | {
      readonly type: 'test'
      readonly operator: OperatorName
      readonly field: Field
      readonly operand: unknown
    }

/** Something of an event that a filter can ask for. `text` is how it was written. */
export type Field = { readonly text: string } & (
  | { readonly from: 'name' }
  | { readonly from: 'header'; readonly header: string }
  | { readonly from: 'data'; readonly path: Path }
)

/** The filter that matches what all of them match; undefined, which matches all, without any. */
export function allOf(filters: readonly (Filter | undefined)[]): Filter | undefined {
  const given = filters.filter((filter) => filter !== undefined)
  return given.length > 1 ? { type: 'all', filters: given } : given[0]
}

/** Every field that the filter asks for. */
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

/** Whether the field holds a time: such are compared as moments, because one has several texts. */
export function isTime(field: Field): boolean {
  return field.from === 'data' && field.path.length === 1 && field.path[0] === 'time'
}
