import type { Tallied } from '../api.ts'
import { entityPath, eventPath } from '../links.ts'
import { numberText, shownLines } from '../text.ts'
import { Foreign, Time } from './basics.tsx'
import { type Column, Table } from './table.tsx'

type Example = Tallied['groups'][number]['examples'][number]
type Row = Example & { group: string }

const COLUMNS: Column<Row>[] = [
  { name: 'Name', cell: ({ name, group }) => <Foreign text={name ?? group} mono /> },
  { name: 'Time', cell: ({ time }) => <Time ms={Date.parse(time)} /> },
  {
    name: 'Entity',
    cell: ({ entity }) =>
      entity === null ? (
        <span class="muted">no key</span>
      ) : (
        <a href={entityPath(entity)}>
          <Foreign text={entity} mono />
        </a>
      ),
  },
  { name: 'Place', cell: ({ place }) => <Foreign text={place} mono /> },
  { name: 'Event', cell: (row) => <Content row={row} /> },
]

/** Groups of events with their first few. */
export function FilterGroups({ title, tallied }: { title: string; tallied: Tallied }) {
  const rows = tallied.groups.flatMap(({ group, examples }) =>
    examples.map((example) => ({ ...example, group })),
  )
  const counts = tallied.groups.map(({ group, count }) => `${group} ${numberText(count)}`)
  return (
    <section>
      <h2>
        {title} {numberText(tallied.count)}
      </h2>
      <p>
        <Foreign text={counts.join(', ')} />
      </p>
      <Table
        caption="The first of each"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ place, group }) => `${group} ${place}`}
      />
    </section>
  )
}

interface Visible {
  event: unknown
  masked: readonly string[]
}

function Content({ row: { id, why, content, entity, time } }: { row: Row }) {
  const visible = content as Visible | undefined
  return (
    <>
      {id === null ? (
        <span class="muted">without an id</span>
      ) : (
        <a href={eventPath({ id, entity, recordMs: Date.parse(time) })}>
          <Foreign text={id} mono />
        </a>
      )}
      {why !== undefined && (
        <p>
          <Foreign text={why} />
        </p>
      )}
      {visible !== undefined && (
        <details>
          <summary>
            content{visible.masked.length > 0 && `, ${visible.masked.length} fields masked`}
          </summary>
          <pre class="foreign">{shownLines(JSON.stringify(visible.event, null, 2))}</pre>
        </details>
      )}
    </>
  )
}
