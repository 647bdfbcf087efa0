import { useEffect, useState } from 'preact/hooks'
import type { RecordView } from '../../../src/console/view/record-view.ts'
import { type ApiError, request } from '../api.ts'
import { bytesText, shown } from '../text.ts'
import { Empty, Foreign } from './basics.tsx'
import { type Column, Table } from './table.tsx'

type Header = RecordView['headers'][number]

const HEADERS: Column<Header>[] = [
  { name: 'Header', cell: ({ name }) => <Foreign text={name} mono /> },
  {
    name: 'Value',
    cell: ({ value }) => {
      const all = Array.isArray(value) ? value : [value]
      return <Foreign text={all.map((each) => each ?? 'null').join(', ')} mono />
    },
  },
]

/** The event of a record as JSON, its headers, schema and trace. */
export function RecordContent({ place }: { place: string }) {
  const [record, setRecord] = useState<RecordView | undefined>()
  const [error, setError] = useState<ApiError | undefined>()
  useEffect(() => {
    const stop = new AbortController()
    const path = `/api/record?${new URLSearchParams({ place })}`
    request<RecordView>(path, undefined, stop.signal).then(setRecord, (failure) => {
      if (!stop.signal.aborted) setError(failure)
    })
    return () => stop.abort()
  }, [place])
  if (error !== undefined) return <Empty title={`The content of ${place}`}>{error.message}</Empty>
  if (record === undefined) return null
  const { event, why, masked, headers, headersMasked, schema, traceId, bytes } = record
  return (
    <section>
      <h2>Content</h2>
      <p class="muted">
        <Foreign text={place} mono />, {bytesText(bytes)}
        {schema && (
          <>
            , schema <Foreign text={schema.name} mono /> with id {schema.id}
          </>
        )}
        {traceId && (
          <>
            , trace <Foreign text={traceId} mono />
          </>
        )}
      </p>
      {event === null ? (
        <Empty title="It can’t be read">{shown(why ?? '')}</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section class="json" tabIndex={0} aria-label="The event as JSON">
          <pre>{JSON.stringify(event, null, 2).split('\n').map(shown).join('\n')}</pre>
        </section>
      )}
      {masked.length > 0 && (
        <p class="muted">
          Masked for your role: <Foreign text={masked.join(', ')} mono />
        </p>
      )}
      <Table caption="Headers" columns={HEADERS} rows={headers} keyOf={({ name }) => name} />
      {headersMasked > 0 && <p class="muted">{headersMasked} more headers are masked.</p>}
    </section>
  )
}
