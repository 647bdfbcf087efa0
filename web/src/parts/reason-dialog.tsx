import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiError } from '../api.ts'
import { shown } from '../text.ts'
import { Command } from './command.tsx'

interface ReasonDialogProps {
  /** Such as `Abandon`. */
  action: string
  slug: string
  effect: string
  isDangerous: boolean
  commandOf(why: string): string
  submit(why: string): Promise<unknown>
  onDone(isDone: boolean): void
}

/** Asks for the reason of an action, and says what it does. Escape and Cancel do nothing. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { action, slug, effect, isDangerous, commandOf, onDone } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [why, setWhy] = useState('')
  const [error, setError] = useState<string | undefined>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    await props.submit(why).then(
      () => onDone(true),
      (failure: ApiError) => setError(failure.message),
    )
    setBusy(false)
  }
  return (
    <dialog ref={dialog} aria-labelledby="reason-title" onClose={() => onDone(false)}>
      <form onSubmit={submit}>
        <h2 id="reason-title">
          {action} <span class="mono foreign">{shown(slug)}</span>
        </h2>
        <p>{effect}</p>
        <label for="reason">Reason, for the audit</label>
        <input
          id="reason"
          value={why}
          maxLength={500}
          required
          autocomplete="off"
          onInput={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        <p class="muted">The same from a shell:</p>
        <Command line={commandOf(why)} />
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
            class={isDangerous ? 'danger' : 'primary'}
            disabled={isBusy || why.trim() === ''}
          >
            {action}
          </button>
        </div>
      </form>
    </dialog>
  )
}
