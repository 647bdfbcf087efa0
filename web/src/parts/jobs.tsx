import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, type JobRow, request, type Session } from '../api.ts'
import { numberText, shown } from '../text.ts'
import { Foreign, State, Time, type Tone } from './basics.tsx'

const RUNNING_POLL_MS = 1_000
const POLL_MS = 5_000
const SHOWN = 3
const ROLES = ['viewer', 'reader', 'operator', 'admin']

const TONES: Record<JobRow['state'], Tone> = {
  running: 'wait',
  stopping: 'wait',
  done: 'ok',
  stopped: 'off',
  failed: 'dead',
}

/** What runs for someone, and what came of it. Jobs go on when this page is closed. */
export function Jobs({
  actions,
  user,
  turn,
  onEnd,
}: {
  /** How the names of their actions begin. */
  actions: string
  user: NonNullable<Session['user']>
  /** Changes when one was begun here. */
  turn: number
  /** One has ended since. */
  onEnd(): void
}) {
  const [jobs, setJobs] = useState<JobRow[]>([])
  const [error, setError] = useState('')
  const running = useRef(0)
  const isRunning = jobs.some(({ endedMs }) => endedMs === null)
  useEffect(() => {
    const stopped = new AbortController()
    const ask = () =>
      request<{ jobs: JobRow[] }>('/api/jobs', undefined, stopped.signal).then(
        (answer) => {
          const mine = answer.jobs.filter(({ action }) => action.startsWith(actions))
          const now = mine.filter(({ endedMs }) => endedMs === null).length
          if (now < running.current) onEnd()
          running.current = now
          setJobs(mine.slice(0, SHOWN))
          setError('')
        },
        (failure: ApiError) => {
          if (!stopped.signal.aborted) setError(failure.message)
        },
      )
    void ask()
    const timer = setInterval(ask, isRunning ? RUNNING_POLL_MS : POLL_MS)
    return () => {
      stopped.abort()
      clearInterval(timer)
    }
  }, [actions, turn, isRunning])
  if (jobs.length === 0) return null
  return (
    <section aria-label="Jobs">
      <h2>Jobs</h2>
      {error !== '' && <p class="problem">{error}</p>}
      {jobs.map((job) => (
        <Job key={job.id} job={job} user={user} onError={setError} />
      ))}
    </section>
  )
}

function Job({
  job,
  user,
  onError,
}: {
  job: JobRow
  user: NonNullable<Session['user']>
  onError(message: string): void
}) {
  const { id, state, action, what, by, why, done, total, note, result, startedMs } = job
  const isRunning = state === 'running'
  const mayStop = ROLES.indexOf(user.role) >= ROLES.indexOf(job.role)
  const stop = () =>
    request(`/api/jobs/${id}/stop`, {}).catch((failure: ApiError) => onError(failure.message))
  return (
    <div class="panel job">
      <div>
        <State tone={TONES[state]}>{state}</State>
        <b>{action}</b> {what}
        <div class="muted">
          <Foreign text={by} />, <Time ms={startedMs} />: <Foreign text={why} />
        </div>
      </div>
      {isRunning && mayStop && (
        <button type="button" onClick={stop}>
          Stop
        </button>
      )}
      <div class="said" role="status">
        {job.endedMs === null ? (
          <>
            <progress max={Math.max(1, total)} value={done} aria-label={`${action}: progress`} />{' '}
            {numberText(done)} of {numberText(total)}
            {note !== '' && `, ${note}`}
          </>
        ) : (
          shown(result ?? '')
        )}
      </div>
    </div>
  )
}
