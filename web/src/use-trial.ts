import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiError, TrialLine } from './api.ts'
import { readLines } from './lines.ts'

export type TrialEnd = Extract<TrialLine, { type: 'end' }>

export interface Trial {
  state: 'none' | 'running' | 'ended' | 'cancelled' | 'failed'
  progress: { read: number; of: number } | undefined
  end: TrialEnd | undefined
  error: string | undefined
  begin(wish: Record<'where' | 'plugin' | 'from' | 'to' | 'entity', string>): void
  cancel(): void
}

type Shown = Pick<Trial, 'state' | 'progress' | 'end' | 'error'>

const NONE: Shown = { state: 'none', progress: undefined, end: undefined, error: undefined }

/** One trial at a time; leaving the page ends it. */
export function useTrial(): Trial {
  const [now, setNow] = useState<Shown>(NONE)
  const running = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const begin: Trial['begin'] = (wish) => {
    const stop = new AbortController()
    running.current?.abort()
    running.current = stop
    setNow({ ...NONE, state: 'running' })
    const onLine = (line: TrialLine) => {
      if (line.type === 'progress') setNow((last) => ({ ...last, progress: line }))
      if (line.type === 'end') setNow((last) => ({ ...last, state: 'ended', end: line }))
    }
    const onLines = (lines: TrialLine[]) => lines.forEach(onLine)
    readLines('/api/filters/try', stop.signal, onLines, wish).catch(
      (error: ApiError) =>
        !stop.signal.aborted && setNow({ ...NONE, state: 'failed', error: error.message }),
    )
  }
  const cancel = () => {
    running.current?.abort()
    setNow((last) => ({ ...last, state: 'cancelled' }))
  }
  return { ...now, begin, cancel }
}
