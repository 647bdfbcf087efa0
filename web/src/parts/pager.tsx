import { navigate, useLocation } from '../router.ts'
import { numberText } from '../text.ts'

/** From here on a table is shown in pages: a browser is slow with thousands of rows. */
const ROWS_MAX = 200
const PAGE_ROWS = 100

export interface Window<Row> {
  rows: readonly Row[]
  /** The place of the first of them among all. */
  from: number
  /** How many there are in all; undefined if all are shown. */
  of: number | undefined
}

/** The rows of the page that the address names under `name`; all of them if they are few. */
export function useWindow<Row>(name: string, rows: readonly Row[]): Window<Row> {
  const { query } = useLocation()
  if (rows.length <= ROWS_MAX) return { rows, from: 0, of: undefined }
  const last = Math.ceil(rows.length / PAGE_ROWS)
  const page = Math.min(last, Math.max(1, Math.trunc(Number(query.get(name))) || 1))
  const from = (page - 1) * PAGE_ROWS
  return { rows: rows.slice(from, from + PAGE_ROWS), from, of: rows.length }
}

/** Which rows are shown, and the way to the others. */
export function Pager({ name, from, of }: { name: string; from: number; of: number }) {
  const { path, query } = useLocation()
  const go = (page: number) => {
    const changed = new URLSearchParams(query)
    changed.set(name, String(page))
    navigate(`${path}?${changed}`, { replace: true })
  }
  const page = from / PAGE_ROWS + 1
  return (
    <nav class="pager" aria-label="Rows">
      <button type="button" class="quiet" disabled={page === 1} onClick={() => go(page - 1)}>
        Previous
      </button>
      <span role="status">
        {numberText(from + 1)} to {numberText(Math.min(of, from + PAGE_ROWS))} of {numberText(of)}
      </span>
      <button
        type="button"
        class="quiet"
        disabled={from + PAGE_ROWS >= of}
        onClick={() => go(page + 1)}
      >
        Next
      </button>
    </nav>
  )
}
