import type { Filter } from './filter.ts'

/** The data that `readFilter` reads as this filter. */
export function writeFilter(filter: Filter): unknown {
  switch (filter.type) {
    case 'all':
    case 'any':
      return { [filter.type]: filter.filters.map(writeFilter) }
    case 'not':
      return { not: writeFilter(filter.filter) }
    case 'test':
      return { [filter.operator]: { [filter.field.text]: filter.operand } }
  }
}
