import { useEffect, useRef, useState } from 'preact/hooks'
import type { SearchEnd, SearchLine } from '../../src/console/http/search-line.ts'
import type { ApiError } from './api.ts'
import { readLines } from './lines.ts'

export interface SearchState<Result, End> {
  results: Result[]
  progress: { read: number; of: number } | undefined
  /** How many others come first; undefined if it has its turn. */
  ahead: number | undefined
  end: (SearchEnd & End) | undefined
  error: ApiError | undefined
  isRunning: boolean
  isCancelled: boolean
}

export interface Search<Result, End> extends SearchState<Result, End> {
  /** Ends it on the server as well. */
  cancel(): void
  /** Adds what another path finds. */
  goOn(path: string): void
  again(): void
}

const NOTHING = {
  ...{ results: [], progress: undefined, ahead: undefined, end: undefined, error: undefined },
  ...{ isRunning: true, isCancelled: false },
}

/** Searches while it is shown; undefined searches for nothing. */
export function useSearch<Result, End = unknown>(path: string | undefined): Search<Result, End> {
  type State = SearchState<Result, End>
  const [state, setState] = useState<State>({ ...NOTHING, isRunning: path !== undefined })
  const [turn, setTurn] = useState(0)
  const running = useRef<AbortController | undefined>(undefined)

  const run = (from: string, before: Result[]) => {
    running.current?.abort()
    const stop = new AbortController()
    running.current = stop
    setState({ ...NOTHING, results: before })
    const change = (how: (now: State) => State) => {
      if (running.current === stop) setState(how)
    }
    readLines<SearchLine<Result>>(from, stop.signal, (lines) => change((now) => after(now, lines)))
      .catch((error: ApiError) => {
        if (!stop.signal.aborted) change((now) => ({ ...now, error }))
      })
      .finally(() => change((now) => ({ ...now, isRunning: false })))
  }

  useEffect(() => {
    if (path === undefined) setState({ ...NOTHING, isRunning: false })
    else run(path, [])
    return () => running.current?.abort()
  }, [path, turn])

  return {
    ...state,
    cancel() {
      running.current?.abort()
      setState((now) => ({ ...now, isRunning: false, isCancelled: true }))
    },
    goOn: (next) => run(next, state.results),
    again: () => setTurn((now) => now + 1),
  }
}

function after<Result, End>(
  state: SearchState<Result, End>,
  lines: SearchLine<Result>[],
): SearchState<Result, End> {
  const next = { ...state, results: [...state.results] }
  for (const line of lines) {
    switch (line.type) {
      case 'queued':
        next.ahead = line.ahead === 0 ? undefined : line.ahead
        break
      case 'progress':
        next.progress = line
        break
      case 'result':
        next.results.push(line.result)
        break
      case 'end':
        next.end = line as SearchEnd & End
        break
    }
  }
  return next
}
