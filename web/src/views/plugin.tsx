import { useState } from 'preact/hooks'
import type { About, Minute, PluginRow, Session } from '../api.ts'
import { Empty, Figure, Foreign, Time } from '../parts/basics.tsx'
import { Hour } from '../parts/hour.tsx'
import { PluginAbout } from '../parts/plugin-about.tsx'
import { PluginState } from '../parts/plugin-state.tsx'
import { type Switch, SwitchDialog } from '../parts/switch-dialog.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { durationText, numberText, shown, shownLines } from '../text.ts'
import { useView } from '../use-view.ts'

type User = NonNullable<Session['user']>
type PluginError = PluginRow['errors'][number]

const ERRORS: Column<PluginError>[] = [
  { name: 'Error', cell: ({ type }) => <Foreign text={type} mono /> },
  { name: 'Place', cell: (error) => <Place error={error} /> },
  { name: 'Then', cell: ({ what }) => <Foreign text={what} /> },
  { name: 'Times', isNumber: true, cell: ({ count }) => numberText(count) },
  { name: 'Last', cell: ({ lastMs }) => <Time ms={lastMs} /> },
  { name: 'Replica', cell: ({ replica }) => <Foreign text={replica} mono /> },
]

/** Where it was thrown, and how the code came there. */
function Place({ error: { at, stack } }: { error: PluginError }) {
  const place = <Foreign text={at ?? 'not known'} mono={at !== null} />
  if (stack.length === 0) return place
  return (
    <details>
      <summary>{place}</summary>
      <pre class="foreign">{shownLines(stack.join('\n'))}</pre>
    </details>
  )
}

export function PluginView({ slug, user }: { slug: string; user: User }) {
  const path = `/api/plugins/${encodeURIComponent(slug)}`
  const view = useView<About & { plugin: PluginRow; minutes: Minute[] }>(path)
  return (
    <ViewOf title={slug} view={view}>
      {({ plugin, minutes }) => (
        <>
          <Switches row={plugin} user={user} onDone={view.refresh} />
          <Figures row={plugin} />
          <section>
            <h2>The last hour</h2>
            <Hour minutes={minutes} />
          </section>
          <PluginAbout row={plugin} />
          <section>
            <h2>Recent errors</h2>
            {plugin.errors.length === 0 ? (
              <Empty title="None in the last quarter of an hour" />
            ) : (
              <Table
                caption="Recent errors, without their messages, which may hold content of events"
                columns={ERRORS}
                rows={plugin.errors}
                keyOf={(each) => JSON.stringify([each.replica, each.type, each.at, each.what])}
              />
            )}
          </section>
        </>
      )}
    </ViewOf>
  )
}

function Switches({ row, user, onDone }: { row: PluginRow; user: User; onDone(): void }) {
  const [command, setCommand] = useState<Switch | undefined>()
  const [said, setSaid] = useState('')
  const { state, by, at, why } = row.switched
  const done = (result: string | undefined) => {
    setCommand(undefined)
    if (result === undefined) return
    setSaid(result)
    onDone()
  }
  return (
    <div class="panel">
      <div>
        <PluginState row={row} />
        {by !== undefined && (
          <p class="muted">
            {state} by <Foreign text={by} /> {at && <Time ms={Date.parse(at)} />}
            {why && (
              <>
                {': '}
                <Foreign text={why} />
              </>
            )}
          </p>
        )}
      </div>
      <div class="buttons">
        {switchesFor(state, user).map((name) => (
          <button key={name} type="button" onClick={() => setCommand(name)}>
            {name[0]!.toUpperCase() + name.slice(1)} …
          </button>
        ))}
        {state === 'disabled' && user.role === 'admin' && (
          <a class="button" href={`/replay?plugin=${encodeURIComponent(row.slug)}`}>
            {row.isCatchingUp ? 'Its catch-up' : 'Enable from …'}
          </a>
        )}
        {switchesFor(state, user).length === 0 && (
          <span class="muted">The role {user.role} can switch nothing here.</span>
        )}
      </div>
      <p class="said" role="status">
        {shown(said)}
      </p>
      {command && <SwitchDialog command={command} slug={row.slug} onDone={done} />}
    </div>
  )
}

/** What the role may do, of what makes sense. The server decides again. */
function switchesFor(state: PluginRow['switched']['state'], { role }: User): Switch[] {
  const all: Record<typeof state, Switch[]> = {
    enabled: ['pause', 'disable'],
    paused: ['resume', 'disable'],
    disabled: ['enable'],
  }
  if (role === 'admin') return all[state]
  return role === 'operator'
    ? all[state].filter((each) => each === 'pause' || each === 'resume')
    : []
}

function Figures({ row }: { row: PluginRow }) {
  const { oldest, perMinute, total } = row
  return (
    <div class="figures">
      <Figure
        label="Handled per minute"
        value={numberText(perMinute.handled)}
        note={`${numberText(total.processed)} processed since the start`}
      />
      <Figure
        label="Failed per minute"
        value={numberText(perMinute.failed)}
        tone={perMinute.failed > 0 ? 'retrying' : undefined}
        note={`${numberText(row.deadLettered)} dead-lettered since the start`}
      />
      <Figure
        label="Slowest replica, p50"
        value={row.p50Ms === null ? '–' : durationText(row.p50Ms)}
        note={row.p99Ms === null ? 'no calls lately' : `p99 ${durationText(row.p99Ms)}`}
      />
      <Figure
        label="Waiting"
        value={numberText(row.waiting)}
        note={`over ${row.replicas} replica${row.replicas === 1 ? '' : 's'}`}
      />
      <Figure
        label="Oldest waits"
        value={oldest ? durationText(oldest.ageMs) : '–'}
        tone={oldest && oldest.ageMs > 60_000 ? 'retrying' : undefined}
        note={
          oldest
            ? `${oldest.why}, attempt ${oldest.attempts}, ${shown(oldest.record)}`
            : 'nothing waits'
        }
      />
    </div>
  )
}
