import type { EntityOutcomes } from '../../../src/console/view/outcomes.ts'
import { letterPath } from '../links.ts'
import type { Search } from '../use-search.ts'
import { Foreign, Time } from './basics.tsx'
import { RememberedValue } from './event-plugins.tsx'
import { SearchBar } from './search-state.tsx'
import { type Column, Table } from './table.tsx'

type Letter = EntityOutcomes['letters'][number]

const LETTERS: Column<Letter>[] = [
  { name: 'When', cell: ({ time }) => <Time ms={Date.parse(time)} /> },
  { name: 'Plugin', cell: ({ plugin }) => <Foreign text={plugin} mono /> },
  { name: 'Reason', cell: ({ reason }) => <Foreign text={reason} /> },
  { name: 'Error', cell: ({ error }) => <Foreign text={error} /> },
  {
    name: 'Dead letter',
    cell: ({ place }) => (
      <a href={letterPath(place)}>
        <Foreign text={place} mono />
      </a>
    ),
  },
]

/** What plugins remember of an entity, and its dead letters. What they did stands in its life. */
export function Outcomes({ outcomes }: { outcomes: Search<EntityOutcomes, object> }) {
  const [found] = outcomes.results
  return (
    <section>
      <h2>What plugins did and remember</h2>
      {!found && <SearchBar search={outcomes} what="records" />}
      {found && found.remembers.length === 0 && (
        <p class="muted">
          What they did is in its life above, for the newest 200 events. None of them remembers
          anything of it.
        </p>
      )}
      {found && found.remembers.length > 0 && (
        <dl class="panel facts">
          {found.remembers.map(({ plugin, remembered }) => (
            <div key={plugin}>
              <dt>
                <Foreign text={plugin} mono />
              </dt>
              <dd>
                <RememberedValue remembered={remembered} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {found && found.letters.length > 0 && (
        <Table
          caption="Dead letters"
          columns={LETTERS}
          rows={found.letters}
          keyOf={(l) => l.place}
        />
      )}
      {found?.unknown.map((each) => (
        <p class="muted" key={each}>
          Not known: <Foreign text={each} />
        </p>
      ))}
    </section>
  )
}
