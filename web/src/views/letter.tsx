import { useState } from 'preact/hooks'
import type { About, HistoryRow, Letter, LetterAction, Session } from '../api.ts'
import { letterPath } from '../links.ts'
import { Empty, Foreign, Time } from '../parts/basics.tsx'
import { CodeBox } from '../parts/code-box.tsx'
import { Jobs } from '../parts/jobs.tsx'
import { LetterDialog, mayAct } from '../parts/letter-dialog.tsx'
import { LetterFacts } from '../parts/letter-facts.tsx'
import { LetterStatus } from '../parts/letter-table.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ViewOf } from '../parts/view-head.tsx'
import { shown } from '../text.ts'
import { useView } from '../use-view.ts'

type User = NonNullable<Session['user']>

/** One dead letter, with its event, its error and what was done about it. */
export function LetterView({ place, user }: { place: string; user: User }) {
  const view = useView<About & Letter>(`/api/dead-letters/at/${encodeURIComponent(place)}`)
  const [turn, setTurn] = useState(0)
  const [action, setAction] = useState<LetterAction | undefined>()
  const done = (isBegun: boolean) => {
    setAction(undefined)
    if (isBegun) setTurn(turn + 1)
  }
  return (
    <ViewOf title="Dead letter" view={view}>
      {(data) => (
        <>
          <div class="panel">
            <div>
              <LetterStatus row={data.letter} />
              <div>
                <Foreign text={data.letter.place} mono />
              </div>
            </div>
            <div class="buttons">
              {mayAct(user) &&
                actionsFor(data.letter).map((each) => (
                  <button key={each} type="button" onClick={() => setAction(each)}>
                    {each[0]!.toUpperCase() + each.slice(1)} …
                  </button>
                ))}
            </div>
          </div>
          <LetterFacts data={data} />
          <ErrorOf data={data} />
          <EventOf data={data} />
          <History rows={data.history} now={data.letter} />
          <Jobs actions="dead-letters" user={user} turn={turn} onEnd={view.refresh} />
          {action && <LetterDialog action={action} chosen={{ places: [place] }} onDone={done} />}
        </>
      )}
    </ViewOf>
  )
}

function actionsFor({ status, refused }: Letter['letter']): LetterAction[] {
  if (status === 'discarded') return ['restore']
  if (status === 'redriven') return []
  return refused === null ? ['redrive', 'discard'] : ['discard']
}

function ErrorOf({ data: { letter, stack } }: { data: Letter }) {
  return (
    <section>
      <h2>Error</h2>
      {letter.message === null ? (
        <p class="muted">Messages and stacks may hold content of events: operators see them.</p>
      ) : (
        <p>{letter.message === '' ? 'It has no message.' : <Foreign text={letter.message} />}</p>
      )}
      {stack !== null && <CodeBox label="Stack" text={stack.join('\n')} />}
    </section>
  )
}

function EventOf({ data: { content, headers } }: { data: Letter }) {
  return (
    <section>
      <h2>Event</h2>
      {content === null && <p class="muted">The role viewer sees no content of events.</p>}
      {content?.type === 'none' && (
        <>
          <p>It can’t be shown: {shown(content.why)}.</p>
          {content.bytes !== null && <CodeBox label="Its bytes in base64" text={content.bytes} />}
        </>
      )}
      {content?.type === 'event' && (
        <>
          <p class="muted">
            <Foreign text={content.schema} mono />, schema {content.schemaId}
            {content.masked.length > 0 &&
              `; not for your role: ${content.masked.map(shown).join(', ')}`}
          </p>
          <CodeBox label="The event as JSON" text={JSON.stringify(content.event, null, 2)} />
        </>
      )}
      {headers !== null && Object.keys(headers).length > 0 && (
        <details>
          <summary>Headers</summary>
          <CodeBox label="Headers" text={JSON.stringify(headers, null, 2)} />
        </details>
      )}
    </section>
  )
}

const columnsAt = (now: string): Column<HistoryRow>[] => [
  { name: 'Dead-lettered', cell: ({ atMs }) => <Time ms={atMs} /> },
  {
    name: 'Place',
    cell: ({ place }) =>
      place === now ? (
        <>
          <Foreign text={place} mono /> <span class="muted">(this one)</span>
        </>
      ) : (
        <a href={letterPath(place)}>
          <Foreign text={place} mono />
        </a>
      ),
  },
  { name: 'Reason', cell: ({ reason }) => <Foreign text={reason} /> },
  { name: 'Attempts', isNumber: true, cell: ({ attempts }) => String(attempts) },
  {
    name: 'Then',
    cell: ({ status, settledMs }) => (
      <>
        {status} {settledMs !== null && <Time ms={settledMs} />}
      </>
    ),
  },
]

function History({ rows, now }: { rows: readonly HistoryRow[]; now: Letter['letter'] }) {
  return (
    <section>
      <h2>History</h2>
      {rows.length < 2 ? (
        <Empty
          title={
            now.redrives === 0
              ? 'It was not redriven before'
              : 'What was dead-lettered before is not here any more'
          }
        />
      ) : (
        <Table
          caption="The dead letters of the same record and plugin, oldest first"
          columns={columnsAt(now.place)}
          rows={rows}
          keyOf={({ place }) => place}
        />
      )}
    </section>
  )
}
