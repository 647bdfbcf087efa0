import type { RebalanceRow } from '../api.ts'
import { durationText, numberText } from '../text.ts'
import { Empty, Foreign, Time } from './basics.tsx'
import { type Column, Table } from './table.tsx'

const COLUMNS: Column<RebalanceRow>[] = [
  { name: 'When', cell: ({ atMs }) => <Time ms={atMs} /> },
  { name: 'Replica', cell: ({ replica }) => <Foreign text={replica} mono /> },
  { name: 'Why it joined', cell: ({ reason }) => <Foreign text={reason} /> },
  { name: 'Took', isNumber: true, cell: ({ tookMs }) => durationText(Math.max(1, tookMs)) },
  { name: 'Partitions', isNumber: true, cell: ({ partitions }) => numberText(partitions) },
  { name: 'Handed over', isNumber: true, cell: ({ leaving }) => numberText(leaving) },
]

/** Joins of the group, as each replica has seen its own. */
export function Rebalances({ rows }: { rows: readonly RebalanceRow[] }) {
  if (rows.length === 0) return <Empty title="No replica has reported one" />
  return (
    <Table
      caption="The last ones, newest first. What is handed over is not read until another replica has it; the rest continues"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ replica, atMs }) => `${replica} ${atMs}`}
    />
  )
}
