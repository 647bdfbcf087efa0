import type { About, AuditRow } from '../api.ts'
import { Empty, Foreign, State, Time } from '../parts/basics.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { numberText } from '../text.ts'
import { useView } from '../use-view.ts'

const COLUMNS: Column<AuditRow>[] = [
  { name: 'When', cell: ({ at }) => <Time ms={Date.parse(at)} /> },
  {
    name: 'Who',
    cell: ({ by, via }) => (
      <>
        <Foreign text={by} /> <span class="muted">({via})</span>
      </>
    ),
  },
  { name: 'What', cell: ({ action }) => <Foreign text={action} mono /> },
  {
    name: 'To',
    cell: ({ what, count }) => (
      <>
        <Foreign text={what.join(', ')} mono />
        {count !== null && count > 1 && <span class="muted"> {numberText(count)} in all</span>}
      </>
    ),
  },
  { name: 'Why', cell: ({ why }) => (why ? <Foreign text={why} /> : <span class="muted">–</span>) },
  {
    name: 'Result',
    cell: ({ outcome, error }) => {
      switch (outcome) {
        case 'done':
          return <State tone="ok">done</State>
        case 'failed':
          return (
            <State tone="dead">
              failed: <Foreign text={error ?? ''} />
            </State>
          )
        case 'unknown':
          return <State tone="unknown">its end is not recorded</State>
      }
    },
  },
]

export function AuditView() {
  const view = useView<About & { rows: AuditRow[]; unreadable: number }>('/api/audit')
  return (
    <ViewOf title="Audit" view={view}>
      {({ rows, unreadable }) => (
        <>
          {rows.length === 0 ? (
            <Empty title="Nobody has done anything yet">
              What people switch, redrive, discard and replay is listed here, by command or console.
            </Empty>
          ) : (
            <Table
              caption="Newest first; at most the last thousand"
              columns={COLUMNS}
              rows={rows}
              keyOf={({ id }) => id}
            />
          )}
          {unreadable > 0 && (
            <p class="muted">
              {unreadable} records could not be read; a newer version may have written them.
            </p>
          )}
        </>
      )}
    </ViewOf>
  )
}
