import { useEffect, useState } from 'preact/hooks'
import type { About, LetterAction, LetterPage, LettersState, Session } from '../api.ts'
import { Empty } from '../parts/basics.tsx'
import { Jobs } from '../parts/jobs.tsx'
import { type Chosen, LetterDialog, mayAct } from '../parts/letter-dialog.tsx'
import { LetterFilters, type Status } from '../parts/letter-filters.tsx'
import { LetterTable } from '../parts/letter-table.tsx'
import { LettersNotes } from '../parts/letters-notes.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { useLocation } from '../router.ts'
import { numberText } from '../text.ts'
import { useView } from '../use-view.ts'

type User = NonNullable<Session['user']>
type Data = About & LettersState & LetterPage

const ACTIONS: Record<Status, LetterAction[]> = {
  open: ['redrive', 'discard'],
  discarded: ['restore'],
  redriven: [],
}

/** Dead letters that fit the address, a hundred a page, to choose from. */
export function LetterListView({ user }: { user: User }) {
  const { query } = useLocation()
  const search = query.toString()
  const view = useView<Data>(`/api/dead-letters/list?${search}`)
  const [places, setPlaces] = useState<ReadonlySet<string>>(new Set())
  const [asked, setAsked] = useState<{ action: LetterAction; chosen: Chosen } | undefined>()
  const [turn, setTurn] = useState(0)
  const { page: _, ...filter } = Object.fromEntries(query)
  const filterText = JSON.stringify(filter)
  useEffect(() => setPlaces(new Set()), [filterText])
  const status = (filter.status ?? 'open') as Status
  const chosen = places.size > 0 ? { places: [...places] } : { filter }
  const done = (isBegun: boolean) => {
    setAsked(undefined)
    if (!isBegun) return
    setPlaces(new Set())
    setTurn(turn + 1)
  }
  return (
    <ViewOf title="List of dead letters" view={view}>
      {(data) => (
        <>
          <LettersNotes state={data} />
          <LetterFilters query={query} user={user} />
          <div class="tools">
            {mayAct(user) &&
              data.total > 0 &&
              (ACTIONS[status] ?? []).map((action) => (
                <button key={action} type="button" onClick={() => setAsked({ action, chosen })}>
                  {action[0]!.toUpperCase() + action.slice(1)}{' '}
                  {places.size > 0 ? numberText(places.size) : `all ${numberText(data.total)}`} …
                </button>
              ))}
            {mayAct(user) && data.rows.length > 0 && (
              <button
                type="button"
                class="quiet"
                onClick={() => setPlaces(new Set([...places, ...data.rows.map((r) => r.place)]))}
              >
                Select this page
              </button>
            )}
            {places.size > 0 && (
              <button type="button" class="quiet" onClick={() => setPlaces(new Set())}>
                Select none
              </button>
            )}
            {!mayAct(user) && (
              <span class="muted">The role {user.role} can redrive and discard nothing.</span>
            )}
            {user.role !== 'viewer' && data.total > 0 && (
              <span class="links">
                Export: <a href={exportPath(search, 'csv')}>CSV</a>{' '}
                <a href={exportPath(search, 'jsonl')}>JSON lines</a>
              </span>
            )}
          </div>
          {data.rows.length === 0 ? (
            <Empty title="No dead letter fits">
              None that is {status} has what is chosen above, as far as Kafka still keeps them.
            </Empty>
          ) : (
            <LetterTable
              rows={data.rows}
              caption={captionOf(data)}
              chosen={mayAct(user) && (ACTIONS[status] ?? []).length > 0 ? places : undefined}
              onChoose={setPlaces}
            />
          )}
          <Pages data={data} query={query} />
          <Jobs actions="dead-letters" user={user} turn={turn} onEnd={view.refresh} />
          {asked && <LetterDialog {...asked} onDone={done} />}
        </>
      )}
    </ViewOf>
  )
}

function exportPath(search: string, format: string): string {
  const query = new URLSearchParams(search)
  query.delete('page')
  query.set('format', format)
  return `/api/dead-letters/export?${query}`
}

function captionOf({ rows, total, page, pages }: LetterPage): string {
  const which = pages === 1 ? '' : `, page ${page} of ${pages}`
  return `${numberText(rows.length)} of ${numberText(total)}, newest first${which}`
}

function Pages({ data: { page, pages }, query }: { data: LetterPage; query: URLSearchParams }) {
  if (pages === 1) return null
  const to = (number: number) => {
    const next = new URLSearchParams(query)
    next.set('page', String(number))
    return `/dead-letters/list?${next}`
  }
  return (
    <nav class="pages" aria-label="Pages of the list">
      {page > 1 && <a href={to(page - 1)}>Newer</a>}
      {page < pages && <a href={to(page + 1)}>Older</a>}
    </nav>
  )
}
