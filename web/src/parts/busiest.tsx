import { useState } from 'preact/hooks'
import { type ApiError, type BusyRow, request, type Session } from '../api.ts'
import { entityPath } from '../links.ts'
import { numberText } from '../text.ts'
import { Empty, Foreign } from './basics.tsx'
import { type Column, Table } from './table.tsx'

type User = NonNullable<Session['user']>

/** Entities that keep others of their lane waiting. Who may not see keys sees the place of the first event. */
export function Busiest({ rows, user }: { rows: readonly BusyRow[]; user: User }) {
  if (rows.length === 0) {
    return <Empty title="None: no entity has five deliveries of a plugin waiting" />
  }
  const entity: Column<BusyRow> = {
    name: 'Entity',
    cell: ({ record }) =>
      user.role === 'viewer' ? (
        <span class="muted">for readers</span>
      ) : (
        <EntityOf record={record} key={record} />
      ),
  }
  return (
    <Table
      caption="For each plugin and replica, the entity with the most deliveries that have not ended"
      columns={[...COLUMNS, entity]}
      rows={rows}
      keyOf={({ replica, plugin }) => `${replica} ${plugin}`}
    />
  )
}

const COLUMNS: Column<BusyRow>[] = [
  { name: 'Plugin', cell: ({ plugin }) => <Foreign text={plugin} mono /> },
  { name: 'Replica', cell: ({ replica }) => <Foreign text={replica} mono /> },
  { name: 'Deliveries', isNumber: true, cell: ({ deliveries }) => numberText(deliveries) },
  { name: 'First event', cell: ({ record }) => <Foreign text={record} mono /> },
]

/** The status holds no keys: it is read from the event, when someone asks. */
function EntityOf({ record }: { record: string }) {
  const [found, setFound] = useState<string | undefined>()
  const [said, setSaid] = useState<string | undefined>()
  if (found !== undefined) {
    return (
      <a href={entityPath(found)}>
        <Foreign text={found} mono />
      </a>
    )
  }
  if (said !== undefined) return <Foreign text={said} />
  const ask = () =>
    request<{ key: string | null }>(`/api/busiest/key?record=${encodeURIComponent(record)}`).then(
      ({ key }) => (key === null ? setSaid('an event without a key') : setFound(key)),
      (error: ApiError) => setSaid(error.message),
    )
  return (
    <button type="button" class="quiet" onClick={ask}>
      Show
    </button>
  )
}
