import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, request } from '../api.ts'
import { shown } from '../text.ts'

export type Switch = 'pause' | 'resume' | 'disable' | 'enable'

const EFFECTS: Record<Switch, string> = {
  pause:
    'Its events wait. When they fill its share of the memory, their partitions pause for every plugin. Resuming takes it back.',
  resume: 'The events that waited are delivered, and it continues.',
  disable:
    'Its events pass by and are committed: it never gets them, unless it is enabled from an earlier time.',
  enable: 'It gets events from now on. What it missed stays missed.',
}

interface DialogProps {
  command: Switch
  slug: string
  onDone(said: string | undefined): void
}

/** Asks for a reason, and for the name where events would be missed. Escape and Cancel do nothing. */
export function SwitchDialog({ command, slug, onDone }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [why, setWhy] = useState('')
  const [typed, setTyped] = useState('')
  const [error, setError] = useState<string | undefined>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const isTyped = command !== 'disable' || typed === slug
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    const path = `/api/plugins/${encodeURIComponent(slug)}/${command}`
    await request<{ state: string; isChanged: boolean }>(path, { why }).then(
      ({ state, isChanged }) =>
        onDone(isChanged ? `${slug} is ${state}` : `${slug} was ${state} already`),
      (failure: ApiError) => setError(failure.message),
    )
    setBusy(false)
  }
  return (
    <dialog ref={dialog} aria-labelledby="switch-title" onClose={() => onDone(undefined)}>
      <form onSubmit={submit}>
        <h2 id="switch-title">
          {command[0]!.toUpperCase() + command.slice(1)} <span class="mono">{shown(slug)}</span>
        </h2>
        <p>{EFFECTS[command]}</p>
        <label for="why">Reason, for the audit</label>
        <input
          id="why"
          value={why}
          maxLength={500}
          required
          autocomplete="off"
          onInput={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        {command === 'disable' && (
          <>
            <label for="typed">Type the name of the plugin</label>
            <input
              id="typed"
              value={typed}
              autocomplete="off"
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          </>
        )}
        <p class="muted">
          The same from a shell: <code>{commandLine(command, slug, why)}</code>
        </p>
        {error && (
          <p class="problem" role="alert">
            {error}
          </p>
        )}
        <div class="buttons">
          <button type="button" autofocus onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            class={command === 'disable' ? 'danger' : 'primary'}
            disabled={isBusy || why.trim() === '' || !isTyped}
          >
            {command[0]!.toUpperCase() + command.slice(1)}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function commandLine(command: Switch, slug: string, why: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  return `inventory-events plugins ${command} ${/^[\w-]+$/.test(slug) ? slug : quoted(slug)} --why ${quoted(why)}`
}
