/** The types of the answers are those of the server. */

export type { CatchUpPreview } from '../../src/console/catch-ups/catch-up-preview.ts'
export type { PlanRow } from '../../src/console/catch-ups/plan-row.ts'
export type { FilterTried, Tallied, TrialLine } from '../../src/console/filters/filter-tried.ts'
export type { JobRow } from '../../src/console/jobs/job.ts'
export type { AuditRow } from '../../src/console/view/audit.ts'
export type { LetterChart, LetterGroup } from '../../src/console/view/dead-letters/letter-groups.ts'
export type {
  LetterAction,
  LetterPreview,
} from '../../src/console/view/dead-letters/letter-preview.ts'
export type {
  HistoryRow,
  LetterView as Letter,
} from '../../src/console/view/dead-letters/letter-view.ts'
export type { LetterPage, ListedRow } from '../../src/console/view/dead-letters/letters.ts'
export type {
  LettersOverview,
  LettersState,
} from '../../src/console/view/dead-letters/letters-overview.ts'
export type { PluginRow } from '../../src/console/view/merge-plugins.ts'
export type { Minute } from '../../src/console/view/minutes.ts'
export type { Attention, Overview } from '../../src/console/view/overview.ts'
export type { BusyRow, RebalanceRow, ReplicaRow } from '../../src/console/view/partitions.ts'

/** What every view says of itself. */
export interface About {
  group: string
  version: string
  atMs: number
  isCurrent: boolean
}

export interface Session {
  user: { name: string; role: 'viewer' | 'reader' | 'operator' | 'admin' } | null
  isLocal: boolean
}

export class ApiError extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

/** The browser keeps the ETag and asks with it. */
export async function request<T>(path: string, body?: object, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    signal: signal ?? null,
    credentials: 'same-origin',
  }).catch(() => {
    throw new ApiError(0, 'The console does not answer.')
  })
  if (!response.ok) throw await problemOf(response)
  return (await response.json().catch(() => {
    // The page may be left, or the connection end, in the middle of an answer.
    throw new ApiError(0, 'The answer of the console was cut off.')
  })) as T
}

/** What the console says is wrong; a proxy before it may say something else. */
export async function problemOf(response: Response): Promise<ApiError> {
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
  return new ApiError(response.status, detail ?? `status ${response.status}`)
}
