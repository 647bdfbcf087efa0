import type { About, Attention, Overview } from '../api.ts'
import { Empty, Figure, Foreign, State } from '../parts/basics.tsx'
import { Hour } from '../parts/hour.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { durationText, numberText, shown } from '../text.ts'
import { useView } from '../use-view.ts'

const WORDS: Record<Attention['severity'], string> = {
  dead: 'act',
  retrying: 'look',
  wait: 'waits',
  off: 'off',
}

export function OverviewView() {
  const view = useView<About & Overview>('/api/overview')
  return (
    <ViewOf title="Overview" view={view}>
      {(data) => (
        <>
          <Verdict data={data} />
          <Figures data={data} />
          <section>
            <h2>Needs attention</h2>
            {data.attention.length === 0 ? (
              <Empty title="Nothing">
                Every replica reports, and every plugin handles its events.
              </Empty>
            ) : (
              <ul class="attention">
                {data.attention.map((each) => (
                  <li key={each.what}>
                    <State tone={each.severity}>{WORDS[each.severity]}</State>
                    <div>
                      <a href={each.link}>
                        <Foreign text={each.what} />
                      </a>
                      {each.why !== '' && (
                        <span class="muted">
                          {' — '}
                          <Foreign text={each.why} />
                        </span>
                      )}
                      <div class="muted next">Next: {each.next}</div>
                    </div>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <section>
            <h2>The last hour</h2>
            <Hour minutes={data.minutes} withLag />
          </section>
        </>
      )}
    </ViewOf>
  )
}

/** Whether someone must act, before everything else. */
function Verdict({ data: { attention } }: { data: Overview }) {
  const [first] = attention
  if (first === undefined) {
    return (
      <p class="verdict">
        <State tone="ok">well:</State> nothing needs anyone
      </p>
    )
  }
  const acts = attention.filter(({ severity }) => severity === 'dead').length
  const others = attention.length - acts
  const parts = [acts > 0 && `${acts} to act on`, others > 0 && `${others} to look at`]
  return (
    <p class="verdict">
      <State tone={first.severity}>{acts > 0 ? 'not well:' : 'well, but'}</State>
      {parts.filter(Boolean).join(', ')}
    </p>
  )
}

/** What the replicas do, and who switched it, if it was switched. */
function eventsFigure({ events, eventsOff }: Overview) {
  const { replicas, of, by, why } = eventsOff
  const who = by === null ? 'as EVENTS_ENABLED says' : `by ${by}${why ? `: ${why}` : ''}`
  return {
    value: events === 'mixed' ? `${replicas} of ${of} off` : events,
    tone: events === 'on' ? ('ok' as const) : ('off' as const),
    note: events === 'unknown' ? 'no replica reports' : shown(who),
  }
}

function Figures({ data }: { data: Overview }) {
  const { replicas, perMinute, openDeadLetters, readPerMinute } = data
  const missing = replicas.silent + replicas.unreadable
  const all = replicas.reporting + missing
  return (
    <div class="figures">
      <Figure label="Event integration" {...eventsFigure(data)} />
      <Figure
        label="Replicas"
        value={missing === 0 ? numberText(all) : `${replicas.reporting} of ${all}`}
        tone={missing > 0 ? 'dead' : all === 0 ? 'wait' : 'ok'}
        note={replicas.versions.join(', ') || 'none reports'}
        href="/partitions"
      />
      <Figure
        label="Read per minute"
        value={readPerMinute === null ? '–' : numberText(readPerMinute)}
        note={readPerMinute === null ? 'known in a few seconds' : 'records, wanted or not'}
        href="/partitions"
      />
      <Figure label="Handled per minute" value={numberText(perMinute.handled)} href="/plugins" />
      <Figure
        label="Failed per minute"
        value={numberText(perMinute.failed)}
        tone={perMinute.failed > 0 ? 'retrying' : undefined}
        href="/plugins"
      />
      <Figure
        label="Waiting"
        value={numberText(data.waiting)}
        note={data.waiting > 0 ? `oldest ${durationText(data.oldestMs)}` : 'nothing'}
        href="/plugins"
      />
      <Figure
        label="Lag"
        value={data.lag === null ? '?' : numberText(data.lag)}
        note={data.lag === null ? 'not known of all partitions' : 'records to commit'}
        href="/partitions"
      />
      <Figure
        label="Open dead letters"
        value={openDeadLetters === null ? '?' : numberText(openDeadLetters)}
        tone={openDeadLetters ? 'dead' : undefined}
        note={openDeadLetters === null ? 'not all are read yet' : 'neither redriven nor discarded'}
        href="/dead-letters"
      />
    </div>
  )
}
