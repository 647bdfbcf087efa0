import { foreignText } from '../../util/text/foreign-text.ts'
import { cutToWidth, textWidth } from '../../util/text/text-width.ts'

/** The cells may hold texts of others. The last column is for prose: it gets the room that is left. */
export interface Table {
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}

const GAP = 2
/** A row that is too wide for a terminal continues in lines that begin with this many spaces. */
const INDENT = 2
/** The last column begins a line of its own rather than be narrower. */
const PROSE_MIN = 30
/** Without a terminal, one long cell must not widen all rows: it pushes its own row to the right. */
const PADDED_MAX = 60

/**
 * A table with a header. On a terminal, whose width is given, no line is wider than that: rows are
 * folded, so that what has to be copied stays whole, and prose is cut. Elsewhere each row is one line,
 * and nothing is cut.
 */
export function tableText({ columns, rows }: Table, terminalWidth?: number): string {
  const cells = [columns, ...rows].map((row) => row.map((cell) => foreignText(cell) || '-'))
  const natural = columns.map((_, at) => Math.max(...cells.map((row) => textWidth(row[at] ?? ''))))
  const lineWidth = terminalWidth ?? Number.POSITIVE_INFINITY
  const lines = foldedLines(natural, lineWidth)
  return cells
    .flatMap((row) => lines.map((line) => lineText(row, line, lineWidth, natural)))
    .join('\n')
}

/** The columns of each line of a row. */
function foldedLines(natural: readonly number[], lineWidth: number): number[][] {
  const lines: number[][] = [[]]
  let used = 0
  for (const [at, width] of natural.entries()) {
    const isLast = at === natural.length - 1
    const needed = isLast ? Math.min(width, PROSE_MIN) : width
    const line = lines.at(-1) as number[]
    if (line.length > 0 && used + GAP + needed > lineWidth) {
      lines.push([at])
      used = INDENT + width
    } else {
      used += (line.length > 0 ? GAP : 0) + width
      line.push(at)
    }
  }
  return lines
}

function lineText(
  row: readonly string[],
  line: readonly number[],
  lineWidth: number,
  natural: readonly number[],
): string {
  let text = line[0] === 0 ? '' : ' '.repeat(INDENT)
  for (const at of line) {
    const cell = cutToWidth(row[at] ?? '', Math.max(1, lineWidth - textWidth(text)))
    const padded = Math.min(natural[at] as number, PADDED_MAX) + GAP
    text += cell.padEnd(cell.length + Math.max(GAP, padded - textWidth(cell)))
  }
  return text.trimEnd()
}
