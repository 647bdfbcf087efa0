import type { ComponentChildren } from 'preact'
import type { SearchEnd } from '../../../src/console/http/search-line.ts'
import { durationText, numberText } from '../text.ts'
import type { Search } from '../use-search.ts'
import { State, Time } from './basics.tsx'

interface Reached {
  backToMs?: number | null
  isCutByRetention?: boolean
}

/** How far a search has read, why it stopped, and what can be done about it. */
export function SearchBar<Result>({
  search,
  what,
  children,
}: {
  search: Search<Result, Reached>
  /** Such as "records". */
  what: string
  children?: ComponentChildren
}) {
  const { progress, ahead, end, error, isRunning, isCancelled, cancel, again } = search
  return (
    <div class="panel search-bar">
      <div role="status">
        {isRunning && ahead !== undefined && (
          <State tone="wait">
            waits for its turn, {numberText(ahead)} before it: one is explained at a time
          </State>
        )}
        {isRunning && ahead === undefined && (
          <State tone="wait">
            reading
            {progress && `: ${numberText(progress.read)} of ${numberText(progress.of)} ${what}`} …
          </State>
        )}
        {isCancelled && <State tone="off">cancelled</State>}
        {error && <State tone="dead">{error.message}</State>}
        {!isRunning && end && <Ended end={end} what={what} />}
      </div>
      <div class="buttons">
        {isRunning && (
          <button type="button" class="quiet" onClick={cancel}>
            Cancel
          </button>
        )}
        {!isRunning && children}
        {!isRunning && (
          <button type="button" class="quiet" onClick={again}>
            Search again
          </button>
        )}
      </div>
    </div>
  )
}

function Ended({ end, what }: { end: SearchEnd & Reached; what: string }) {
  const { reason, why, read, elapsedMs, backToMs, isCutByRetention } = end
  const count = `${numberText(read)} ${what}`
  const back = backToMs != null && (
    <>
      , back to <Time ms={backToMs} />
    </>
  )
  switch (reason) {
    case 'end':
      return (
        <State tone="ok">
          <span>
            read all {count} in {durationText(elapsedMs)}
            {back}
            {isCutByRetention && '; what was before has been removed by the retention of the topic'}
          </span>
        </State>
      )
    case 'failed':
      return <State tone="dead">failed: {why}</State>
    case 'stopped':
      return <State tone="off">the console has ended</State>
    default:
      return (
        <State tone="wait">
          <span>
            stopped at {LIMITS[reason]}: read {count} in {durationText(elapsedMs)}
            {back}
            {why !== null && `; ${why}`}
          </span>
        </State>
      )
  }
}

const LIMITS: Record<'records' | 'bytes' | 'results' | 'time', string> = {
  records: 'the limit of records',
  bytes: 'the limit of bytes',
  results: 'the limit of results',
  time: 'the limit of time',
}
