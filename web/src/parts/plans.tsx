import { useState } from 'preact/hooks'
import { type PlanRow, request, type Session } from '../api.ts'
import { quoted } from '../links.ts'
import { numberText } from '../text.ts'
import { Empty, Foreign, State, Time } from './basics.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import { type Column, Table } from './table.tsx'

type User = NonNullable<Session['user']>

interface PlansProps {
  plans: readonly PlanRow[]
  user: User
  onDone(): void
}

/** Plans of the group, with what can be done about those that have not ended. */
export function Plans({ plans, user, onDone }: PlansProps) {
  const [asked, setAsked] = useState<{ action: 'Resume' | 'Abandon'; plan: PlanRow } | undefined>()
  if (plans.length === 0) {
    return <Empty title="No plugin has been caught up, and none has had past events again" />
  }
  const buttons: Column<PlanRow> = {
    name: 'Actions',
    cell: (plan) =>
      user.role === 'admin' && plan.state === 'running' && plan.purpose === 'enable' ? (
        <span class="buttons">
          {plan.carriedOutBy === 'replicas' && !plan.isLed && (
            <button
              type="button"
              class="quiet"
              onClick={() => setAsked({ action: 'Resume', plan })}
            >
              Resume …
            </button>
          )}
          <button type="button" class="quiet" onClick={() => setAsked({ action: 'Abandon', plan })}>
            Abandon …
          </button>
        </span>
      ) : (
        <span class="muted">–</span>
      ),
  }
  return (
    <>
      <Table
        caption="Unfinished ones first. A plan is kept until the plugin has another one"
        columns={[...COLUMNS, buttons]}
        rows={plans}
        keyOf={({ slug, generation }) => `${slug} ${generation}`}
      />
      {asked && (
        <ReasonDialog
          action={asked.action}
          slug={asked.plan.slug}
          effect={EFFECTS[asked.action]}
          isDangerous={asked.action === 'Abandon'}
          commandOf={(why) => commandOf(asked.action, asked.plan, why)}
          submit={(why) =>
            request(
              `/api/plugins/${encodeURIComponent(asked.plan.slug)}/catch-up/${asked.action.toLowerCase()}`,
              { why },
            )
          }
          onDone={(isDone) => {
            setAsked(undefined)
            if (isDone) onDone()
          }}
        />
      )}
    </>
  )
}

const NAMES: Record<PlanRow['purpose'], string> = {
  enable: 'catching up',
  replay: 'replay',
  rebuild: 'rebuild of its state',
}

const EFFECTS = {
  Resume: 'The rest is delivered, then the plugin is enabled.',
  Abandon:
    'Running handlers may finish; no more of it is delivered. A plugin that was catching up stays disabled. What was handled is recorded: started again, it is not handled twice.',
}

function commandOf(action: 'Resume' | 'Abandon', { slug }: PlanRow, why: string): string {
  if (action === 'Resume') return 'none: the replicas carry it out, a console leads them'
  return `inventory-events replay --plugin ${quoted(slug)} --abandon --why ${quoted(why || 'WHY')}`
}

const COLUMNS: Column<PlanRow>[] = [
  { name: 'Plugin', cell: ({ slug }) => <Foreign text={slug} mono /> },
  {
    name: 'What',
    cell: ({ purpose, fromMs, toMs, kind, isOfEntity }) => (
      <>
        {NAMES[purpose]} from <Time ms={fromMs} />
        {toMs !== null && (
          <>
            {' '}
            to <Time ms={toMs} />
          </>
        )}
        {kind !== null && (
          <>
            , of kind <Foreign text={kind} mono />
          </>
        )}
        {isOfEntity && ', of one entity'}
      </>
    ),
  },
  { name: 'State', cell: (plan) => <PlanState plan={plan} /> },
  { name: 'Progress', cell: (plan) => <PlanProgress plan={plan} /> },
  { name: 'By', cell: (plan) => <CarriedOutBy plan={plan} /> },
  {
    name: 'Started',
    cell: ({ by, at, why }) => (
      <>
        <Foreign text={by} /> <Time ms={Date.parse(at)} />
        {why !== '' && (
          <>
            : <Foreign text={why} />
          </>
        )}
      </>
    ),
  },
]

function PlanState({ plan: { state, members, isLed, carriedOutBy, problem } }: { plan: PlanRow }) {
  if (state === 'done') return <State tone="ok">done</State>
  if (state === 'abandoned') return <State tone="off">abandoned</State>
  if (problem !== null) {
    return (
      <State tone="unknown">
        not known: <Foreign text={problem} />
      </State>
    )
  }
  if (members === 0) return <State tone="retrying">unfinished, nobody delivers it</State>
  if (carriedOutBy === 'replicas' && !isLed) {
    return <State tone="retrying">unfinished, this console does not lead it</State>
  }
  return <State tone="wait">running</State>
}

function PlanProgress({ plan: { slug, state, left, offsets } }: { plan: PlanRow }) {
  if (state !== 'running' || left === null) return <span class="muted">–</span>
  const done = offsets - left
  return (
    <>
      <progress max={Math.max(1, offsets)} value={done} aria-label={`progress of ${slug}`} />
      <div class="count">
        {numberText(done)} of {numberText(offsets)} offsets
      </div>
    </>
  )
}

function CarriedOutBy({ plan: { carriedOutBy, members, replicas, state } }: { plan: PlanRow }) {
  if (carriedOutBy === 'command') {
    const count = members === null ? '' : `, ${members} process${members === 1 ? '' : 'es'} now`
    return <>a command{state === 'running' ? count : ''}</>
  }
  if (replicas.length === 0) return <>the replicas</>
  return (
    <>
      {replicas.map(({ replica, handled, deadLettered, problem }) => (
        <div key={replica}>
          <Foreign text={replica} mono />: {numberText(handled)} handled
          {deadLettered > 0 && `, ${numberText(deadLettered)} dead-lettered`}
          {problem !== null && (
            <State tone="retrying">
              <Foreign text={problem} />
            </State>
          )}
        </div>
      ))}
    </>
  )
}
