import type { ComponentChildren } from 'preact'

export interface Column<Row> {
  name: string
  /** Numbers stand below each other. */
  isNumber?: boolean
  cell(row: Row): ComponentChildren
}

/** A real table. On a narrow screen each row is a card, with the name of the column before each value. */
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
  return (
    <table class="data">
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
        {rows.map((row) => (
          <tr key={keyOf(row)}>
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
}
