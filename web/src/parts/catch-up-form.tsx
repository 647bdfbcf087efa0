import { useState } from 'preact/hooks'
import { type ApiError, type CatchUpPreview, request } from '../api.ts'
import { quoted } from '../links.ts'
import { useLocation } from '../router.ts'
import { shown } from '../text.ts'
import { Empty } from './basics.tsx'
import { PreviewOf } from './catch-up-preview.tsx'
import { Command } from './command.tsx'

export type Previewed = CatchUpPreview & { token: string; endMs: number; fromMs: number }

interface FormProps {
  /** The plugins that miss events. */
  slugs: readonly string[]
  onStarted(): void
}

/** From when, then what that would be, then the reason. Starts exactly what was shown. */
export function CatchUpForm({ slugs, onStarted }: FormProps) {
  const { query } = useLocation()
  const [chosen, setSlug] = useState(query.get('plugin') ?? '')
  const [from, setFrom] = useState('24h')
  const [why, setWhy] = useState('')
  const [previewed, setPreviewed] = useState<Previewed | undefined>()
  const [error, setError] = useState<string | undefined>()
  const [said, setSaid] = useState('')
  const [isBusy, setBusy] = useState(false)
  const slug = slugs.includes(chosen) ? chosen : (slugs[0] ?? '')
  const path = `/api/plugins/${encodeURIComponent(slug)}/catch-up`
  const doing = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(undefined)
    setSaid('')
    await work().catch((failure: ApiError) => setError(failure.message))
    setBusy(false)
  }
  const preview = (event: SubmitEvent) => {
    event.preventDefault()
    return doing(async () => setPreviewed(await request<Previewed>(`${path}/preview`, { from })))
  }
  const start = (event: SubmitEvent) => {
    event.preventDefault()
    return doing(async () => {
      await request(path, { token: previewed!.token, why })
      setPreviewed(undefined)
      setWhy('')
      setSaid(`${slug} catches up`)
      onStarted()
    })
  }
  const changed =
    (set: (text: string) => void) => (event: { currentTarget: { value: string } }) => {
      setPreviewed(undefined)
      set(event.currentTarget.value)
    }
  if (slugs.length === 0 && said === '') {
    return <Empty title="No plugin is disabled, so none misses events" />
  }
  return (
    <div class="panel column">
      <form class="fields" onSubmit={preview}>
        <label>
          Plugin
          <select value={slug} onChange={changed(setSlug)}>
            {slugs.map((each) => (
              <option key={each} value={each}>
                {shown(each)}
              </option>
            ))}
          </select>
        </label>
        <label>
          From
          <input value={from} required autocomplete="off" onInput={changed(setFrom)} />
        </label>
        <button type="submit" disabled={isBusy || slug === ''}>
          Preview
        </button>
      </form>
      <p class="muted">
        From a time such as 2026-01-31T08:00:00Z, an age such as 36h, or the place of a record such
        as orders/0@17.
      </p>
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <p class="said" role="status">
        {isBusy && previewed === undefined ? 'Reading a sample …' : shown(said)}
      </p>
      {previewed && (
        <form onSubmit={start}>
          <PreviewOf preview={previewed} />
          <label for="catch-up-why">Reason, for the audit</label>
          <input
            id="catch-up-why"
            value={why}
            maxLength={500}
            required
            autocomplete="off"
            onInput={({ currentTarget }) => setWhy(currentTarget.value)}
          />
          <p class="muted">
            The same by a command, which runs the plugin in its own process instead:
          </p>
          <Command
            line={`inventory-events plugins enable ${quoted(slug)} --from ${new Date(previewed.fromMs).toISOString()} --why ${quoted(why || 'WHY')} --yes`}
          />
          <div class="buttons">
            <button type="button" onClick={() => setPreviewed(undefined)}>
              Cancel
            </button>
            <button type="submit" class="primary" disabled={isBusy || why.trim() === ''}>
              Start
            </button>
          </div>
        </form>
      )}
    </div>
  )
}
