import { useState } from 'preact/hooks'
import type { EventRow } from '../../../src/console/view/seen-event.ts'
import { entityPath, eventPath } from '../links.ts'
import { Empty, Foreign, State, Time } from '../parts/basics.tsx'
import { OnlyForReaders, PageHead, type User } from '../parts/page.tsx'
import { SearchBar } from '../parts/search-state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { navigate, useLocation } from '../router.ts'
import { useSearch } from '../use-search.ts'

interface Reached {
  next: string | null
  backToMs: number | null
  isCutByRetention: boolean
}

const NAMES = ['id', 'entity', 'kind', 'text', 'from', 'to'] as const

const none = <span class="muted">–</span>

const COLUMNS: Column<EventRow>[] = [
  { name: 'Written', cell: ({ recordMs }) => <Time ms={recordMs} /> },
  {
    name: 'Kind',
    cell: ({ name, why }) =>
      name === null ? (
        <State tone="unknown">
          can’t be read: <Foreign text={why ?? ''} />
        </State>
      ) : (
        <Foreign text={name} mono />
      ),
  },
  {
    name: 'Entity',
    cell: ({ entity }) =>
      entity === null ? (
        none
      ) : (
        <a href={entityPath(entity)}>
          <Foreign text={entity} mono />
        </a>
      ),
  },
  {
    name: 'Event',
    cell: ({ id, entity, recordMs }) =>
      id === null ? (
        none
      ) : (
        <a href={eventPath({ id, entity, recordMs })}>
          <Foreign text={id} mono />
        </a>
      ),
  },
  { name: 'Place', cell: ({ place }) => <Foreign text={place} mono /> },
]

export function EventsView({ user }: { user: User }) {
  return user.role === 'viewer' ? <OnlyForReaders title="Events" /> : <Found user={user} />
}

function Found({ user }: { user: User }) {
  const { query } = useLocation()
  const asked = new URLSearchParams()
  for (const name of NAMES) {
    const value = query.get(name)
    if (value) asked.set(name, value)
  }
  const path = `/api/events?${asked}`
  const search = useSearch<EventRow, Reached>(path)
  const { results, end, isRunning, error } = search
  const next = end?.next
  const goOn = () => {
    const more = new URLSearchParams(asked)
    more.set('cursor', next ?? '')
    search.goOn(`/api/events?${more}`)
  }
  return (
    <>
      <PageHead title="Events" />
      <SearchForm key={asked.toString()} query={asked} />
      <SearchBar search={search} what="records">
        {next && (
          <button type="button" class="quiet" onClick={goOn}>
            Continue with older ones
          </button>
        )}
      </SearchBar>
      {results.length > 0 && (
        <Table
          caption="Newest first, as far as they were found"
          columns={COLUMNS}
          rows={results}
          keyOf={({ place }) => place}
        />
      )}
      {results.length === 0 && !isRunning && !error && (
        <Empty title="No event was found">
          {next
            ? 'Older ones have not been read yet.'
            : search.end?.reason === 'end'
              ? 'Nothing in the topics matches.'
              : 'Not all of the topics was read.'}
          {user.role === 'reader' && ' What the role reader does not see is not searched.'}
        </Empty>
      )}
    </>
  )
}

const HOUR_MS = 3_600_000
const AGES: [name: string, ms: number][] = [
  ['Last hour', HOUR_MS],
  ['Last day', 24 * HOUR_MS],
  ['Last week', 168 * HOUR_MS],
]

/** The address says what is searched, with absolute times. */
function SearchForm({ query }: { query: URLSearchParams }) {
  const [from, setFrom] = useState(localTime(query.get('from')))
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const wanted = new URLSearchParams()
    for (const name of NAMES) {
      const value = String(form.get(name) ?? '')
      const isTime = name === 'from' || name === 'to'
      if (value !== '') wanted.set(name, isTime ? new Date(value).toISOString() : value)
    }
    navigate(wanted.size > 0 ? `/events?${wanted}` : '/events')
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const text = (name: (typeof NAMES)[number], label: string, hint?: string) => (
    <label>
      {label}
      <input
        name={name}
        defaultValue={query.get(name) ?? ''}
        placeholder={hint}
        autocomplete="off"
      />
    </label>
  )
  return (
    <form class="search" onSubmit={submit}>
      {text('id', 'Event id')}
      {text('entity', 'Entity')}
      {text('kind', 'Kind', 'inventory.*')}
      {text('text', 'Contains')}
      <label>
        From ({zone})
        <input
          name="from"
          type="datetime-local"
          step="1"
          value={from}
          onInput={({ currentTarget }) => setFrom(currentTarget.value)}
        />
      </label>
      <label>
        To ({zone})
        <input name="to" type="datetime-local" step="1" defaultValue={localTime(query.get('to'))} />
      </label>
      <div class="buttons">
        <button type="submit" class="primary">
          Search
        </button>
        {AGES.map(([name, ms]) => (
          <button
            key={name}
            type="submit"
            onClick={({ currentTarget: { form } }) => {
              const field = form?.elements.namedItem('from') as HTMLInputElement
              field.value = localTime(new Date(Date.now() - ms).toISOString())
            }}
          >
            {name}
          </button>
        ))}
      </div>
    </form>
  )
}

/** As an input for dates has it: in the zone of the viewer. */
function localTime(iso: string | null): string {
  const date = new Date(iso ?? '')
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
