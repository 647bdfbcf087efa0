import type { EntityPart, ReadBack } from '../../../src/console/view/entity-life.ts'
import type { EntityOutcomes } from '../../../src/console/view/outcomes.ts'
import { mergeSteps } from '../merge-steps.ts'
import { navigate } from '../router.ts'
import { numberText } from '../text.ts'
import { useSearch } from '../use-search.ts'
import { Empty, Time } from './basics.tsx'
import { EntityNow } from './entity-now.tsx'
import { Outcomes } from './entity-outcomes.tsx'
import { GenealogyGraph } from './genealogy.tsx'
import { Step } from './life-step.tsx'
import { SearchBar } from './search-state.tsx'

type Life = Extract<EntityPart, { part: 'life' }>
type Relations = Extract<EntityPart, { part: 'relations' }>

/** The life of an entity, as far as the topics show it. */
export function EntityLife({ entity, further }: { entity: string; further: string | null }) {
  const asked = new URLSearchParams({ key: entity, ...(further && { further }) })
  const search = useSearch<EntityPart, object>(`/api/entity?${asked}`)
  const parts = search.results
  const lives = parts.filter((each): each is Life => each.part === 'life')
  const relations = parts.find((each): each is Relations => each.part === 'relations')
  // What plugins did comes last: it reads more than the rest.
  const isRead = lives.length > 0 && (relations !== undefined || !search.isRunning)
  const outcomes = useSearch<EntityOutcomes, object>(
    isRead ? `/api/entity/outcomes?${new URLSearchParams({ key: entity })}` : undefined,
  )
  const [newest, ...pages] = lives
  const own = lives.toReversed().flatMap((each) => each.steps)
  const steps = mergeSteps(own, relations?.steps ?? []).toReversed()
  const last = lives.at(-1)
  const showOlder = () => {
    const more = new URLSearchParams({ key: entity, older: last?.older ?? '' })
    search.goOn(`/api/entity?${more}`)
  }
  const older = last?.older && (
    <button type="button" disabled={search.isRunning} onClick={showOlder}>
      Show older ones
    </button>
  )
  const lookFurther = (cursor: string) =>
    navigate(`/entities?${new URLSearchParams({ key: entity, further: cursor })}`)
  return (
    <>
      {newest && (
        <EntityNow entity={entity} now={[(relations ?? newest).now, ...pages.map((p) => p.now)]} />
      )}
      <SearchBar search={search} what="records" />
      {newest && steps.length === 0 && !search.isRunning && (
        <Empty title={last?.older ? 'None of its newest records has an event of it' : NONE}>
          {last?.older ? (
            <>
              Not all were read: only{' '}
              <Back readBack={last.readBack} what="records of its partitions" />
            </>
          ) : (
            'Retention may have removed them, or the id is another one: it must be exact.'
          )}
        </Empty>
      )}
      {steps.length === 0 && older}
      {relations && relations.genealogy.edges.length > 0 && (
        <section>
          <h2>Merges and restores</h2>
          <GenealogyGraph genealogy={relations.genealogy} />
        </section>
      )}
      {relations && (
        <p class="muted">
          Only events of others show that it was merged, or that another was restored from it: those
          were looked for in <Back readBack={relations.readBack} what="records of all entities" />{' '}
          {relations.further !== null && (
            <button type="button" class="quiet" onClick={() => lookFurther(relations.further!)}>
              Look further back
            </button>
          )}
          {further !== null &&
            ' This began where an earlier look had stopped: newer ones are not shown.'}
        </p>
      )}
      {steps.length > 0 && (
        <section>
          <h2>Its life, newest first</h2>
          <ol class="timeline life">
            {steps.map((step) => (
              <Step
                key={step.place}
                step={step}
                outcomes={outcomes.results[0]?.records[step.place]}
              />
            ))}
          </ol>
          <p class="muted">
            {numberText(steps.length)} events, of{' '}
            <Back readBack={last!.readBack} what="records of its partitions" />
          </p>
          {older}
        </section>
      )}
      {newest && steps.length > 0 && <Outcomes outcomes={outcomes} />}
    </>
  )
}

const NONE = 'No event of it is in the topics'

function Back({ readBack, what }: { readBack: ReadBack; what: string }) {
  const { records, backToMs, isAll, isCutByRetention } = readBack
  return (
    <>
      the newest {numberText(records)} {what}
      {backToMs !== null && (
        <>
          , back to <Time ms={backToMs} />
        </>
      )}
      {isAll
        ? isCutByRetention
          ? ': all that retention has left; what was before is gone.'
          : ': all there are.'
        : '; older ones were not read.'}
    </>
  )
}
