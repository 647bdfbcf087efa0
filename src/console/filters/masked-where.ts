import type { Filter } from '../../filter/filter.ts'
import { readFilter } from '../../filter/read-filter.ts'
import { writeFilter } from '../../filter/write-filter.ts'

/** A `where` with its fields, but without what it compares them with: that may be ids, or what events hold. */
export function maskedWhere(where: unknown): unknown {
  const { filter } = readFilter(where, 'where')
  return filter === undefined ? null : writeFilter(masked(filter))
}

function masked(filter: Filter): Filter {
  switch (filter.type) {
    case 'all':
    case 'any':
      return { ...filter, filters: filter.filters.map(masked) }
    case 'not':
      return { ...filter, filter: masked(filter.filter) }
    case 'test':
      return { ...filter, operand: '***' }
  }
}
