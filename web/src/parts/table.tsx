import type { ComponentChildren } from 'preact'
import { Pager, useWindow } from './pager.tsx'

export interface Column<Row> {
  name: string
  /** Numbers stand below each other. */
  isNumber?: boolean
  cell(row: Row): ComponentChildren
}

/**
 * A real table. On a narrow screen each row is a card, with the name of the column before each value. One that is long
 * is shown in pages.
 */
export function Table<Row>({
  caption,
  isCaptionHidden = false,
  columns,
  rows,
  keyOf,
}: {
  caption: string
  /** Where a heading says the same. */
  isCaptionHidden?: boolean
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf(row: Row): string
}) {
  const name = `${caption.split(/\W/)[0]!.toLowerCase()}-page`
  const shown = useWindow(name, rows)
  const { from, of } = shown
  const table = (
    // The head is a row as well.
    <table class="data" aria-rowcount={of === undefined ? undefined : of + 1}>
      <caption class={isCaptionHidden ? 'visually-hidden' : ''}>{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name, isNumber }) => (
            <th key={name} scope="col" class={isNumber ? 'number' : ''}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.rows.map((row, index) => (
          <tr key={keyOf(row)} aria-rowindex={of === undefined ? undefined : from + index + 2}>
            {columns.map(({ name, isNumber, cell }) => (
              <td key={name} data-name={name} class={isNumber ? 'number' : ''}>
                <span>{cell(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
  if (of === undefined) return table
  return (
    <>
      <Pager name={name} from={from} of={of} />
      {table}
    </>
  )
}
