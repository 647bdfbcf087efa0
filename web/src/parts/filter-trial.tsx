import { useEffect, useState } from 'preact/hooks'
import { type PluginRow, request, type Session } from '../api.ts'
import { quoted } from '../links.ts'
import { useLocation } from '../router.ts'
import { shown } from '../text.ts'
import { useTrial } from '../use-trial.ts'
import { Command } from './command.tsx'
import { FilterEditor } from './filter-editor.tsx'
import { FilterResult } from './filter-result.tsx'

type User = NonNullable<Session['user']>

/** The editor, the range, and what came of it. */
export function FilterTrial({ slugs, user }: { slugs: readonly string[]; user: User }) {
  const { query } = useLocation()
  const [where, setWhere] = useState('')
  const [chosen, setPlugin] = useState(query.get('plugin') ?? '')
  const [from, setFrom] = useState('24h')
  const [to, setTo] = useState('')
  const [entity, setEntity] = useState('')
  const trial = useTrial()
  const plugin = slugs.includes(chosen) ? chosen : ''
  const isRunning = trial.state === 'running'
  const set = (change: (text: string) => void) => (event: { currentTarget: { value: string } }) =>
    change(event.currentTarget.value)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    trial.begin({ where, plugin, from, to, entity })
  }
  return (
    <>
      <form class="panel column" onSubmit={submit}>
        <FilterEditor where={where} plugin={plugin} onChange={setWhere} />
        <div class="fields">
          <label>
            Beside the filter of
            <select value={plugin} onChange={set(setPlugin)}>
              <option value="">no plugin: alone</option>
              {slugs.map((slug) => (
                <option key={slug} value={slug}>
                  {shown(slug)}
                </option>
              ))}
            </select>
          </label>
          <label>
            From
            <input value={from} required autocomplete="off" onInput={set(setFrom)} />
          </label>
          <label>
            To
            <input value={to} placeholder="now" autocomplete="off" onInput={set(setTo)} />
          </label>
          <label>
            Entity
            <input value={entity} placeholder="all" autocomplete="off" onInput={set(setEntity)} />
          </label>
        </div>
        <div class="buttons">
          <button type="submit" class="primary" disabled={isRunning || where.trim() === ''}>
            Try
          </button>
          {isRunning && (
            <button type="button" onClick={trial.cancel}>
              Cancel
            </button>
          )}
          <OwnFilter plugin={plugin} onTake={setWhere} />
        </div>
        <p class="muted">
          Times are an RFC 3339 time, or an age such as 90m, 36h, 7d.{' '}
          {user.role === 'reader' &&
            'The role reader can name the fields that it sees; what others hold is masked.'}
        </p>
      </form>
      <FilterResult trial={trial} />
      {plugin !== '' && (
        <section>
          <h2>From a shell</h2>
          <p class="muted">With the filter in filter.json, and the plugin loaded:</p>
          <Command
            line={`inventory-events filters backtest --plugin ${quoted(plugin)} --against filter.json --from ${quoted(from)}${to === '' ? '' : ` --to ${quoted(to)}`}${entity === '' ? '' : ` --entity ${quoted(entity)}`}`}
          />
        </section>
      )}
    </>
  )
}

/** Begins with what the plugin has. */
function OwnFilter({ plugin, onTake }: { plugin: string; onTake(where: string): void }) {
  const [said, setSaid] = useState('')
  useEffect(() => setSaid(''), [plugin])
  if (plugin === '') return null
  const take = () =>
    request<{ plugin: PluginRow }>(`/api/plugins/${encodeURIComponent(plugin)}`).then(
      ({ plugin: { description } }) => {
        const where = description?.where ?? null
        if (where === null) return setSaid('it has none by content, or none that is known here')
        setSaid('')
        return onTake(JSON.stringify(where, null, 2))
      },
      (error: Error) => setSaid(error.message),
    )
  return (
    <>
      <button type="button" onClick={take}>
        Take its filter
      </button>
      <span class="muted" role="status">
        {shown(said)}
      </span>
    </>
  )
}
