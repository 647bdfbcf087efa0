import { useEffect, useRef, useState } from 'preact/hooks'
import {
  type ApiError,
  type LetterAction,
  type LetterPreview,
  request,
  type Session,
} from '../api.ts'
import { quoted } from '../links.ts'
import { numberText, shown } from '../text.ts'
import { Foreign } from './basics.tsx'

/** What it is done to: these, or all that fit. */
export type Chosen = { places: readonly string[] } | { filter: Record<string, string> }

export function mayAct({ role }: NonNullable<Session['user']>): boolean {
  return role === 'operator' || role === 'admin'
}

const EFFECTS: Record<LetterAction, string> = {
  redrive:
    'Their plugins get these events once more, after those that they handled in the meantime. This can’t be undone.',
  discard: 'They are closed: not counted, and not redriven. “Restore” takes it back.',
  restore: 'They are open again, and can be redriven.',
}

/** Shows exactly what an action would be done to, and asks for a reason. Escape and Cancel do nothing. */
export function LetterDialog({
  action,
  chosen,
  onDone,
}: {
  action: LetterAction
  chosen: Chosen
  onDone(isBegun: boolean): void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [preview, setPreview] = useState<LetterPreview | undefined>()
  const [why, setWhy] = useState('')
  const [count, setCount] = useState('')
  const [error, setError] = useState<string | undefined>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    dialog.current?.showModal()
    request<LetterPreview>('/api/dead-letters/preview', { action, ...chosen }).then(
      setPreview,
      (failure: ApiError) => setError(failure.message),
    )
  }, [])
  const isTyped = preview?.isTyped !== true || count.trim() === String(preview.count)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    const body = { token: preview?.token, why, count }
    await request(`/api/dead-letters/${action}`, body).then(
      () => onDone(true),
      (failure: ApiError) => setError(failure.message),
    )
    setBusy(false)
  }
  const name = action[0]!.toUpperCase() + action.slice(1)
  return (
    <dialog ref={dialog} aria-labelledby="letters-title" onClose={() => onDone(false)}>
      <form onSubmit={submit}>
        <h2 id="letters-title">
          {name} {preview === undefined ? 'dead letters' : lettersText(preview.count)}
        </h2>
        <p>{EFFECTS[action]}</p>
        {preview && <Preview preview={preview} />}
        {preview && preview.count > 0 && (
          <>
            <label for="why">Reason, for the audit</label>
            <input
              id="why"
              value={why}
              maxLength={500}
              required
              autocomplete="off"
              onInput={({ currentTarget }) => setWhy(currentTarget.value)}
            />
            {preview.isTyped && (
              <>
                <label for="count">Type how many: {preview.count}</label>
                <input
                  id="count"
                  value={count}
                  inputMode="numeric"
                  autocomplete="off"
                  onInput={({ currentTarget }) => setCount(currentTarget.value)}
                />
              </>
            )}
            <p class="muted">
              The same from a shell:{' '}
              <code>{shown(`${preview.command} --why ${quoted(why)} --yes`)}</code>
            </p>
          </>
        )}
        {error && (
          <p class="problem" role="alert">
            {shown(error)}
          </p>
        )}
        <div class="buttons">
          <button type="button" autofocus onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button
            type="submit"
            class={action === 'restore' ? 'primary' : 'danger'}
            disabled={isBusy || !preview?.count || why.trim() === '' || !isTyped}
          >
            {name}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function Preview({ preview }: { preview: LetterPreview }) {
  const { action, count, sums, refused, unchanged } = preview
  return (
    <>
      <ul class="sums">
        {sums.map(({ plugin, reason, count: each, note }) => (
          <li key={JSON.stringify([plugin, reason])}>
            <b>{numberText(each)}</b> of <Foreign text={plugin ?? 'no plugin'} mono />,{' '}
            {shown(reason)}
            {note && <div class="state retrying">▲ {note}</div>}
          </li>
        ))}
      </ul>
      {count === 0 && <p>There is nothing to {action} among them.</p>}
      {count > 10 && (
        <p>
          The first 10, then after three seconds the rest, at most 100 a second. It can be stopped.
        </p>
      )}
      {refused.count > 0 && (
        <p>
          {lettersText(refused.count)} can’t be redriven, such as{' '}
          <Foreign text={refused.examples[0]?.place ?? ''} mono />: {refused.examples[0]?.why}.
        </p>
      )}
      {unchanged > 0 && <p>{lettersText(unchanged)} of these stay as they are.</p>}
      <p class="muted">What comes after this preview is not touched. It holds for ten minutes.</p>
    </>
  )
}

function lettersText(count: number): string {
  return `${numberText(count)} dead letter${count === 1 ? '' : 's'}`
}
