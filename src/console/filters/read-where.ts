import type { Kinds } from '../../event/kinds.ts'
import { type Filter, fieldsOf } from '../../filter/filter.ts'
import { readFilter } from '../../filter/read-filter.ts'
import { whereProblems } from '../../plugin/configured-filters.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { messageOf } from '../../util/errors.ts'

/** A filter as someone typed it, read by the same code as that of a plugin. */
export type TypedFilter =
  | { filter: Filter; problems: [] }
  | { filter: undefined; problems: string[] }

/** Data, never code. Each problem says where it is, what it is, and what was expected. */
export function readWhere(kinds: Kinds, text: string, plugin: LoadedPlugin): TypedFilter {
  let where: unknown
  try {
    where = JSON.parse(text)
  } catch (error) {
    const what = text.trim() === '' ? 'nothing' : messageOf(error)
    return refused(`where: expected JSON, such as {"exact": {"data.kind": "…"}}, got ${what}`)
  }
  const { filter } = readFilter(where, 'where')
  const problems = whereProblems(kinds, where, { at: 'where', ...plugin })
  if (filter === undefined || problems.length > 0) return refused(...problems)
  return { filter, problems: [] }
}

/** The fields that the filters name, each once. */
export function namedFields(filters: readonly (Filter | undefined)[]) {
  const fields = filters.flatMap((filter) => (filter === undefined ? [] : fieldsOf(filter)))
  return [...new Map(fields.map((field) => [field.text, field])).values()]
}

function refused(...problems: string[]): TypedFilter {
  return { filter: undefined, problems }
}
