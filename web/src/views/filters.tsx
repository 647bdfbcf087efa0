import { useEffect } from 'preact/hooks'
import type { About, PluginRow, Session } from '../api.ts'
import { Empty } from '../parts/basics.tsx'
import { FilterTrial } from '../parts/filter-trial.tsx'
import { useView } from '../use-view.ts'

type User = NonNullable<Session['user']>

export function FiltersView({ user }: { user: User }) {
  const { data, error } = useView<About & { plugins: PluginRow[] }>('/api/plugins')
  useEffect(() => {
    document.title = 'Filters · inventory-events'
  }, [])
  return (
    <>
      <div class="head">
        <h1>Filters</h1>
      </div>
      <p class="prose">
        Try a <code>where</code> on past events: what it matches, and beside the filter that a
        plugin has now, what it would gain and lose. Nothing is delivered or committed.
      </p>
      {user.role === 'viewer' ? (
        <Empty title="The role viewer sees no events">
          What a filter matches says what events hold. Ask for the role reader.
        </Empty>
      ) : error && data === undefined ? (
        <div class="banner" role="alert">
          {error.message}
        </div>
      ) : (
        <FilterTrial slugs={(data?.plugins ?? []).map(({ slug }) => slug)} user={user} />
      )}
    </>
  )
}
