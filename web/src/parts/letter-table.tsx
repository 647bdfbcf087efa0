import type { ListedRow } from '../api.ts'
import { letterPath } from '../links.ts'
import { Foreign, State, Time } from './basics.tsx'
import { ErrorText } from './error-text.tsx'
import { type Column, Table } from './table.tsx'

const none = <span class="muted">–</span>

interface LetterTableProps {
  rows: readonly ListedRow[]
  caption: string
  /** Undefined where nothing can be chosen. */
  chosen: ReadonlySet<string> | undefined
  onChoose(places: ReadonlySet<string>): void
}

export function LetterTable({ rows, caption, chosen, onChoose }: LetterTableProps) {
  const choice: Column<ListedRow> = {
    name: 'Chosen',
    cell: ({ place }) => (
      <label class="tick">
        <input
          type="checkbox"
          aria-label={`Choose ${place}`}
          checked={chosen?.has(place) === true}
          onChange={({ currentTarget }) => {
            const next = new Set(chosen)
            if (currentTarget.checked) next.add(place)
            else next.delete(place)
            onChoose(next)
          }}
        />
      </label>
    ),
  }
  const columns = chosen === undefined ? COLUMNS : [choice, ...COLUMNS]
  return <Table caption={caption} columns={columns} rows={rows} keyOf={({ place }) => place} />
}

const COLUMNS: Column<ListedRow>[] = [
  {
    name: 'Dead-lettered',
    cell: ({ atMs, place }) => (
      <>
        <Time ms={atMs} />
        <br />
        <a href={letterPath(place)}>
          <Foreign text={place} mono />
        </a>
      </>
    ),
  },
  {
    name: 'Plugin',
    cell: ({ plugin }) => (plugin ? <Foreign text={plugin} mono /> : none),
  },
  {
    name: 'Reason',
    cell: ({ reason }) => (
      <span class="word">
        <Foreign text={reason} />
      </span>
    ),
  },
  {
    name: 'Kind',
    cell: ({ kind }) =>
      kind === null ? (
        none
      ) : (
        <span class="kind">
          <Foreign text={kind} mono />
        </span>
      ),
  },
  {
    name: 'Event',
    cell: ({ id, entity }) => (
      <>
        {id === null ? none : <Foreign text={id} mono />}
        {entity !== null && (
          <div class="muted">
            of <Foreign text={entity} mono />
          </div>
        )}
      </>
    ),
  },
  { name: 'Error', cell: (row) => <ErrorText of={row} /> },
  {
    name: 'Status',
    // A column of alarms would hide the few that differ.
    cell: (row) =>
      row.status === 'open' && row.redrives === 0 ? 'open' : <LetterStatus row={row} />,
  },
]

export function LetterStatus({
  row,
}: {
  row: Pick<ListedRow, 'status' | 'by' | 'why' | 'redrives'>
}) {
  const { status, by, why, redrives } = row
  switch (status) {
    case 'open':
      return redrives > 0 ? (
        <State tone="retrying">failed again, redriven {redrives}×</State>
      ) : (
        <State tone="dead">open</State>
      )
    case 'redriven':
      return <State tone="ok">redriven</State>
    case 'discarded':
      return (
        <>
          <State tone="off">discarded</State>
          <div class="muted">
            by <Foreign text={by ?? ''} />: <Foreign text={why ?? ''} />
          </div>
        </>
      )
  }
}
