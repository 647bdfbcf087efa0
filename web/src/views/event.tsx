import type { EventExplanation } from '../../../src/console/view/event-timeline.ts'
import type { ExplainedRecord } from '../../../src/explain/explanation.ts'
import { entityPath, quoted } from '../links.ts'
import { Empty, Foreign, State, Time } from '../parts/basics.tsx'
import { EventPlugins } from '../parts/event-plugins.tsx'
import { OnlyForReaders, PageHead, type User } from '../parts/page.tsx'
import { RecordContent } from '../parts/record-content.tsx'
import { SearchBar } from '../parts/search-state.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { useLocation } from '../router.ts'
import { shown } from '../text.ts'
import { useSearch } from '../use-search.ts'

/** Each costs a request; the explanation names the others. */
const CONTENTS_MAX = 5

export function EventView({ user }: { user: User }) {
  return user.role === 'viewer' ? <OnlyForReaders title="Event" /> : <OneEvent />
}

function OneEvent() {
  const { query } = useLocation()
  const id = query.get('id') ?? ''
  const search = useSearch<EventExplanation, object>(id === '' ? undefined : `/api/event?${query}`)
  const [found] = search.results
  return (
    <>
      <PageHead title="Event" />
      {id === '' && <Empty title="No event is named">Find one on the page of events.</Empty>}
      {id !== '' && (
        <p>
          <Foreign text={id} mono />
        </p>
      )}
      {id !== '' && !(found && search.end?.reason === 'end') && (
        <SearchBar search={search} what="records" />
      )}
      {found && <Explained found={found} query={query} />}
    </>
  )
}

function Explained({ found, query }: { found: EventExplanation; query: URLSearchParams }) {
  const { explanation, timeline, tones } = found
  const { records, letters, redrives, unknown, events } = explanation
  const isFound = records.length + letters.length + redrives.length > 0
  return (
    <>
      {!isFound && (
        <Empty title="No such event was found">
          Retention or compaction may have removed it, or it never existed
          {query.has('from') || query.has('entity')
            ? '; only what the address names was searched.'
            : '.'}
        </Empty>
      )}
      {events === 'off' && (
        <p>
          <State tone="off">events are off: no plugin gets any</State>
        </p>
      )}
      {records.map((record) => (
        <Record key={record.place} record={record} />
      ))}
      {isFound && (
        <section>
          <h2>What happened</h2>
          <Timeline entries={timeline} />
        </section>
      )}
      {records.map((record) => (
        <EventPlugins key={record.place} record={record} tones={tones[record.place] ?? {}} />
      ))}
      {records.slice(0, CONTENTS_MAX).map(({ place }) => (
        <RecordContent key={place} place={place} />
      ))}
      {unknown.length > 0 && (
        <section>
          <h2>What is not known</h2>
          <ul>
            {unknown.map((each) => (
              <li key={each}>
                <Foreign text={each} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <p class="muted">
        The same from a shell: <code>{shown(commandOf(query))}</code>
      </p>
    </>
  )
}

function Record({ record }: { record: ExplainedRecord }) {
  const { place, time, entity, content, progress, obstacle } = record
  return (
    <dl class="panel facts">
      <Fact name="Place">
        <Foreign text={place} mono />
      </Fact>
      <Fact name="Written">
        <Time ms={Date.parse(time)} />
      </Fact>
      <Fact name="Entity">
        {entity === null ? (
          'none: it has no key'
        ) : (
          <a href={entityPath(entity)}>
            <Foreign text={entity} mono />
          </a>
        )}
      </Fact>
      <Fact name="Event">
        {content.type === 'event' ? (
          <>
            <Foreign text={content.name} mono />
            {content.repeats && (
              <div>
                {content.repeats.same ? 'a duplicate of ' : 'the id, but not the content of '}
                <Foreign text={content.repeats.place} mono />
              </div>
            )}
          </>
        ) : (
          <State tone="unknown">
            <Foreign text={content.why} />
          </State>
        )}
      </Fact>
      <Fact name="Group">{progressText(progress)}</Fact>
      {obstacle !== null && (
        <Fact name="Obstacle">
          <State tone="retrying">
            <Foreign text={obstacle} />
          </State>
        </Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function progressText(progress: ExplainedRecord['progress']): string {
  switch (progress.type) {
    case 'done':
      return `past this record (committed ${progress.committed})`
    case 'not-done':
      return `not past this record (committed ${progress.committed})`
    case 'never-committed':
      return 'has committed nothing in this partition'
    case 'unknown':
      return 'not known'
  }
}

function commandOf(query: URLSearchParams): string {
  const options = ['entity', 'from', 'to'].flatMap((name) => {
    const value = query.get(name)
    return value ? [`--${name}`, quoted(value)] : []
  })
  return ['inventory-events explain', quoted(query.get('id') ?? ''), ...options].join(' ')
}
