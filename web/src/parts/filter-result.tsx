import type { FilterTried, Tallied } from '../api.ts'
import { durationText, numberText, shownLines } from '../text.ts'
import type { Trial, TrialEnd } from '../use-trial.ts'
import { Figure } from './basics.tsx'
import { FilterGroups } from './filter-groups.tsx'

/** How far a trial is, why it has ended, and what it has found. */
export function FilterResult({ trial }: { trial: Trial }) {
  const { state, progress, end, error } = trial
  return (
    <section aria-live="polite">
      {state === 'running' && (
        <p>
          <progress
            aria-label="read"
            {...(progress && { max: Math.max(1, progress.of), value: progress.read })}
          />{' '}
          {progress
            ? `${numberText(progress.read)} of about ${numberText(progress.of)} records read`
            : 'looking where to begin …'}
        </p>
      )}
      {state === 'cancelled' && <p class="muted">Cancelled: nothing more is read.</p>}
      {error && (
        <p class="problem foreign lines" role="alert">
          {shownLines(error)}
        </p>
      )}
      {end && <Ended end={end} />}
    </section>
  )
}

const REASONS: Record<TrialEnd['reason'], string> = {
  end: 'Read to the end of the range',
  records: 'Stopped at the most records that a trial reads',
  bytes: 'Stopped at the most bytes that a trial reads',
  results: 'Stopped at the most results',
  time: 'Stopped when its time was over',
  stopped: 'Stopped with the console',
  failed: 'Failed',
}

function Ended({ end }: { end: TrialEnd }) {
  const { reason, why, read, elapsedMs, report, unknown = [] } = end
  return (
    <>
      <h2>{REASONS[reason]}</h2>
      <p class={reason === 'end' ? 'muted' : ''}>
        {numberText(read)} records in {durationText(Math.max(1, elapsedMs))}
        {why !== null && <>: {shownLines(why)}</>}
        {reason !== 'end' &&
          '. The counts are of what was read; choose a shorter range for the rest.'}
      </p>
      {unknown.map((each) => (
        <p key={each} class="muted">
          Not known here: {each}.
        </p>
      ))}
      {report && <Report report={report} />}
    </>
  )
}

function Report({ report }: Pick<FilterTried, 'report'>) {
  const { filter, changed, undecodable, tombstones } = report
  const now = changed ?? filter
  return (
    <>
      <div class="figures">
        <Figure label="Matches" value={numberText(now.matched.count)} />
        {changed && (
          <>
            <Figure label="The plugin has now" value={numberText(filter.matched.count)} />
            <Figure label="Gained" value={numberText(changed.gained.count)} />
            <Figure label="Lost" value={numberText(changed.lost.count)} />
          </>
        )}
        <Figure label="Matches not" value={numberText(now.unmatched.count)} />
        <Figure
          label="Fails"
          value={numberText(now.errors.count)}
          tone={now.errors.count > 0 ? 'retrying' : undefined}
          note={now.errors.count > 0 ? 'these would be dead letters' : ''}
        />
      </div>
      {tombstones > 0 && <p class="muted">{numberText(tombstones)} tombstones.</p>}
      {groups('Gained', changed?.gained)}
      {groups('Lost', changed?.lost)}
      {groups('Matches', now.matched)}
      {groups('Fails', now.errors)}
      {groups('Can’t be read', undecodable)}
    </>
  )
}

function groups(title: string, tallied: Tallied | undefined) {
  return tallied === undefined || tallied.count === 0 ? null : (
    <FilterGroups title={title} tallied={tallied} />
  )
}
