import { type Path, valueAt } from '../../src/event/path.ts'
import { compileFilter } from '../../src/filter/compile.ts'
import type { Verdict } from '../../src/filter/operators.ts'
import { readFilter } from '../../src/filter/read-filter.ts'

/** A record, as filters see it. */
export interface Seen {
  name?: string
  headers?: Record<string, string>
  event?: unknown
  /** Set if its fields can't be read. */
  failure?: string
}

/** Evaluates a `where` on a record. */
export function evaluateFilter(where: unknown, seen: Seen): Verdict {
  const { filter, problems } = readFilter(where, 'where')
  if (filter === undefined) throw new Error(problems.join('; '))
  const paths: Path[] = []
  const { name = 'a.name', headers = {}, event = {}, failure } = seen
  return compileFilter(
    filter,
    (path) => paths.push(path) - 1,
  )({
    name,
    header: (header) => headers[header],
    slot: (slot) => valueAt(event, paths[slot] as Path),
    failure: failure === undefined ? undefined : { error: failure },
  })
}
