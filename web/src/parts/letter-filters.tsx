import type { Session } from '../api.ts'
import { navigate } from '../router.ts'
import { shown } from '../text.ts'

export type Status = 'open' | 'discarded' | 'redriven'

const STATUSES: Status[] = ['open', 'discarded', 'redriven']
const NAMES = ['group', 'plugin', 'reason', 'kind', 'entity', 'id']

/** What the list is of: its status, and what else was chosen, each to be taken away. */
export function LetterFilters({
  query,
  user,
}: {
  query: URLSearchParams
  user: NonNullable<Session['user']>
}) {
  const status = query.get('status') || 'open'
  const chosen = NAMES.flatMap((name) => {
    const text = query.get(name)
    return text ? [{ name, text }] : []
  })
  return (
    <div class="tools">
      <nav class="tabs" aria-label="Status">
        {STATUSES.map((each) => (
          <a
            key={each}
            href={pathWith(query, { status: each })}
            aria-current={each === status ? 'page' : undefined}
          >
            {each[0]!.toUpperCase() + each.slice(1)}
          </a>
        ))}
      </nav>
      {chosen.map(({ name, text }) => (
        <a
          key={name}
          class="chip"
          href={pathWith(query, { [name]: '' })}
          title={`List without ${name}`}
        >
          {name === 'group' ? 'failed in the same way' : `${name}: ${shown(text)}`} ✕
        </a>
      ))}
      {user.role !== 'viewer' && <Search query={query} />}
    </div>
  )
}

/** Only whole ids and keys: what was masked could be found by parts. */
function Search({ query }: { query: URLSearchParams }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    const [name, text] = [String(fields.get('by')), String(fields.get('text')).trim()]
    navigate(pathWith(query, { entity: '', id: '', [name]: text }))
  }
  return (
    <form class="inline" aria-label="Search" onSubmit={submit}>
      <select name="by" aria-label="Search by">
        <option value="entity">Entity</option>
        <option value="id">Event id</option>
      </select>
      <input type="search" name="text" aria-label="Whole key or id" placeholder="whole key or id" />
      <button type="submit">Search</button>
    </form>
  )
}

function pathWith(query: URLSearchParams, changes: Record<string, string>): string {
  const next = new URLSearchParams(query)
  next.delete('page')
  for (const [name, text] of Object.entries(changes)) {
    if (text === '') next.delete(name)
    else next.set(name, text)
  }
  return `/dead-letters/list?${next}`
}
