import { useState } from 'preact/hooks'
import { type ApiError, request, type Session } from '../api.ts'

export function Login({ onDone }: { onDone(session: Session): void }) {
  const [error, setError] = useState<string | undefined>()
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const token = new FormData(event.currentTarget as HTMLFormElement).get('token')
    setBusy(true)
    await request<Session>('/api/session', { token }).then(onDone, (failure: ApiError) =>
      setError(failure.message),
    )
    setBusy(false)
  }
  return (
    <main id="main" class="login">
      <h1>inventory-events</h1>
      <form onSubmit={submit}>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required />
        <p class="muted">As “inventory-events console user” printed it: name:secret</p>
        {error && (
          <p class="problem" role="alert">
            {error}
          </p>
        )}
        <button type="submit" class="primary" disabled={isBusy}>
          Log in
        </button>
      </form>
    </main>
  )
}
