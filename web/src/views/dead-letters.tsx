import type { About, LetterChart, LetterGroup, LettersOverview, Session } from '../api.ts'
import { Bars } from '../parts/bars.tsx'
import { Empty, Figure, Foreign, Time } from '../parts/basics.tsx'
import { ErrorText } from '../parts/error-text.tsx'
import { Jobs } from '../parts/jobs.tsx'
import { LettersNotes } from '../parts/letters-notes.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { durationText, numberText } from '../text.ts'
import { useView } from '../use-view.ts'

type User = NonNullable<Session['user']>

const none = <span class="muted">–</span>

function columnsOf(chart: LetterChart, nowMs: number): Column<LetterGroup>[] {
  return [
    {
      name: 'Plugin',
      cell: ({ plugin }) => <Foreign text={plugin || 'not known'} mono />,
    },
    {
      name: 'Reason',
      cell: ({ reason }) => (
        <span class="word">
          <Foreign text={reason} />
        </span>
      ),
    },
    {
      name: 'Error',
      cell: (group) => (
        <a href={`/dead-letters/list?group=${group.id}`}>
          <ErrorText of={group} />
        </a>
      ),
    },
    {
      name: 'Kind',
      cell: ({ kind }) =>
        kind === null ? (
          none
        ) : (
          <span class="kind">
            <Foreign text={kind} mono />
          </span>
        ),
    },
    {
      name: 'Over time',
      cell: ({ counts }) => <Bars counts={counts} label={barsLabel(counts, chart)} />,
    },
    { name: 'Open', isNumber: true, cell: ({ count }) => <b>{numberText(count)}</b> },
    {
      name: 'Failed again',
      isNumber: true,
      cell: ({ again }) => (again === 0 ? none : numberText(again)),
    },
    {
      name: 'First, last',
      cell: ({ firstMs, lastMs }) => (
        <>
          <Time ms={firstMs} />
          <br />
          <Time ms={lastMs} />
        </>
      ),
    },
    {
      name: 'Expires in',
      isNumber: true,
      cell: ({ expiresMs }) =>
        expiresMs === null ? none : durationText(Math.max(0, expiresMs - nowMs)),
    },
  ]
}

export function DeadLettersView({ user }: { user: User }) {
  const view = useView<About & LettersOverview>('/api/dead-letters')
  return (
    <ViewOf title="Dead letters" view={view}>
      {(data) => (
        <>
          <LettersNotes state={data} />
          <Figures data={data} />
          <section>
            <h2>Open, by how they failed</h2>
            {data.groups.length === 0 ? (
              <Empty title={data.isRead ? 'No dead letter is open' : 'None has been read yet'}>
                Events that a plugin failed on for good are here until they are redriven or
                discarded.
              </Empty>
            ) : (
              <>
                <Table
                  caption={
                    data.moreGroups === 0
                      ? 'The most frequent first'
                      : `The most frequent first; ${data.moreGroups} smaller groups are not shown`
                  }
                  columns={columnsOf(data.chart, data.atMs)}
                  rows={data.groups}
                  keyOf={({ id }) => id}
                />
                <p>
                  <a href="/dead-letters/list">All {numberText(data.open)} open ones</a>
                </p>
              </>
            )}
          </section>
          <Jobs actions="dead-letters" user={user} turn={0} onEnd={view.refresh} />
        </>
      )}
    </ViewOf>
  )
}

function Figures({ data }: { data: LettersOverview & About }) {
  const { open, again, oldestMs, expiresMs, settled, chart, atMs } = data
  return (
    <>
      <div class="figures">
        <Figure
          label="Open"
          value={numberText(open)}
          tone={open > 0 ? 'dead' : 'ok'}
          note={oldestMs === null ? 'none' : `oldest ${durationText(atMs - oldestMs)} ago`}
          href="/dead-letters/list"
        />
        <Figure
          label="Failed again"
          value={numberText(again)}
          tone={again > 0 ? 'retrying' : undefined}
          note="after a redrive"
        />
        <Figure
          label="First one expires"
          value={expiresMs === null ? '–' : durationText(Math.max(0, expiresMs - atMs))}
          tone={expiresMs !== null && expiresMs - atMs < SOON_MS ? 'retrying' : undefined}
          note={expiresMs === null ? 'the retention is not known' : 'then Kafka removes it'}
        />
        <Figure
          label="Redriven"
          value={numberText(settled.redriven)}
          note="lately"
          href="/dead-letters/list?status=redriven"
        />
        <Figure
          label="Discarded"
          value={numberText(settled.discarded)}
          note="can be restored"
          href="/dead-letters/list?status=discarded"
        />
      </div>
      {open > 0 && (
        <section>
          <h2>Over time</h2>
          <div class="over-time">
            <Bars counts={chart.counts} label={barsLabel(chart.counts, chart)} />
            <div class="ends muted">
              <Time ms={chart.fromMs} />
              <span>each bar {durationText(chart.partMs)}, by when it was dead-lettered</span>
              <span>now</span>
            </div>
          </div>
        </section>
      )}
    </>
  )
}

const SOON_MS = 3 * 86_400_000

function barsLabel(counts: readonly number[], { partMs }: LetterChart): string {
  const all = counts.reduce((sum, count) => sum + count, 0)
  const most = Math.max(...counts)
  return `${all} dead letters in ${counts.length} bars of ${durationText(partMs)}, at most ${most} in one; ${counts.at(-1)} in the last`
}
