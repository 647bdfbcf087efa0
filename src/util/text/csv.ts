const NEEDS_QUOTES = /[",\r\n]/
/** What a spreadsheet takes for a formula, or lets one begin with. */
const FORMULA = /^[=+\-@\t\r\n]/

/** A line of CSV (RFC 4180), of which no spreadsheet runs a cell: it begins with an apostrophe then. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`
}

function cellOf(cell: string | number | null): string {
  if (typeof cell === 'number') return String(cell)
  const text = cell ?? ''
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
