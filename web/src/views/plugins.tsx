import type { About, PluginRow } from '../api.ts'
import { Empty, Foreign } from '../parts/basics.tsx'
import { PluginState } from '../parts/plugin-state.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { navigate, useLocation } from '../router.ts'
import { durationText, numberText } from '../text.ts'
import { useView } from '../use-view.ts'

const COLUMNS: Column<PluginRow>[] = [
  {
    name: 'Plugin',
    cell: ({ slug }) => (
      <a href={`/plugins/${encodeURIComponent(slug)}`}>
        <Foreign text={slug} mono />
      </a>
    ),
  },
  { name: 'State', cell: (row) => <PluginState row={row} /> },
  { name: 'Handled/min', isNumber: true, cell: (row) => numberText(row.perMinute.handled) },
  { name: 'Failed/min', isNumber: true, cell: (row) => numberText(row.perMinute.failed) },
  { name: 'p50', isNumber: true, cell: (row) => time(row.p50Ms) },
  { name: 'p99', isNumber: true, cell: (row) => time(row.p99Ms) },
  { name: 'Waiting', isNumber: true, cell: (row) => numberText(row.waiting) },
  {
    name: 'Oldest waits',
    cell: ({ oldest }) =>
      oldest ? `${durationText(oldest.ageMs)}, ${oldest.why}` : <span class="muted">nothing</span>,
  },
]

export function PluginsView() {
  const view = useView<About & { plugins: PluginRow[] }>('/api/plugins')
  const { query } = useLocation()
  const text = query.get('q') ?? ''
  return (
    <ViewOf title="Plugins" view={view}>
      {({ plugins }) => {
        const found = plugins.filter(({ slug }) => slug.includes(text))
        return (
          <>
            <div class="tools">
              <label>
                Name contains{' '}
                <input
                  type="search"
                  value={text}
                  onInput={({ currentTarget: { value } }) =>
                    navigate(value ? `/plugins?q=${encodeURIComponent(value)}` : '/plugins', {
                      replace: true,
                    })
                  }
                />
              </label>
              <span class="muted">
                {found.length} of {plugins.length}
              </span>
            </div>
            {found.length > 0 && (
              <Table
                caption="Plugins"
                isCaptionHidden
                columns={COLUMNS}
                rows={found}
                keyOf={({ slug }) => slug}
              />
            )}
            {plugins.length === 0 && (
              <Empty title="No plugin">No replica that reports runs one.</Empty>
            )}
            {plugins.length > 0 && found.length === 0 && (
              <Empty title="No plugin has such a name">
                <a href="/plugins">Show all {plugins.length}</a>
              </Empty>
            )}
          </>
        )
      }}
    </ViewOf>
  )
}

function time(ms: number | null) {
  return ms === null ? <span class="muted">–</span> : durationText(ms)
}
