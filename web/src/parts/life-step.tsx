import type { ComponentChildren } from 'preact'
import type { Change, LifeStep, Place, Related } from '../../../src/console/view/life-step.ts'
import type { PluginOutcome } from '../../../src/console/view/outcomes.ts'
import { entityPath, eventPath } from '../links.ts'
import { numberText } from '../text.ts'
import { Foreign, State, Time } from './basics.tsx'

/** One step in the life of an entity, with what plugins did about it. */
export function Step({
  step,
  outcomes,
}: {
  step: LifeStep
  outcomes: readonly PluginOutcome[] | undefined
}) {
  const { eventId, timeMs, recordMs, entity, masked } = step
  return (
    <li class="timeline-entry">
      <Time ms={timeMs ?? recordMs} />
      <span>
        {eventId === null ? (
          <b>{WORDS[step.step]}</b>
        ) : (
          <a href={eventPath({ id: eventId, entity, recordMs })}>{WORDS[step.step]}</a>
        )}
      </span>
      <div>
        <What step={step} />
        {masked.length > 0 && <span class="muted"> masked: {masked.join(', ')}</span>}
        {outcomes?.map(({ plugin, summary, tone }) => (
          <div key={plugin} class="outcome">
            <State tone={tone}>
              <span>
                <Foreign text={plugin} mono /> <Foreign text={summary} />
              </span>
            </State>
          </div>
        ))}
      </div>
    </li>
  )
}

const WORDS: Record<LifeStep['step'], string> = {
  received: 'received',
  produced: 'produced',
  modified: 'modified',
  moved: 'moved',
  bundled: 'bundled',
  destroyed: 'destroyed',
  wasted: 'wasted',
  'merged from': 'merged from others',
  'merge reverted': 'its merge reverted',
  'merged into': 'merged into another',
  'restored by a reverted merge': 'restored: merge reverted',
  'restored from': 'restored',
  'split off': 'another restored from it',
  other: 'event',
  unreadable: 'can’t be read',
}

function What({ step }: { step: LifeStep }) {
  const { related, relatedLeft } = step
  switch (step.step) {
    case 'received':
    case 'produced':
      return (
        <>
          {at(step.to, 'at')}
          {step.says?.quantity != null && <>, quantity {numberText(step.says.quantity)}</>}
        </>
      )
    case 'moved':
    case 'bundled':
      return (
        <>
          {step.from && <Node place={step.from} />} → {step.to && <Node place={step.to} />}
        </>
      )
    case 'modified':
      return <Changes changes={step.changes} left={step.changesLeft} />
    case 'wasted':
      return step.reason === null ? null : <Foreign text={step.reason} />
    case 'merged from':
    case 'merged into':
    case 'merge reverted':
    case 'restored by a reverted merge':
    case 'restored from':
    case 'split off':
      return (
        <>
          <Entities entities={related} left={relatedLeft} /> {at(step.to, 'at')}
        </>
      )
    case 'other':
      return <Foreign text={step.name ?? ''} mono />
    case 'unreadable':
      return <Foreign text={step.why ?? ''} />
    case 'destroyed':
      return null
  }
}

export function Node({ place: { id, name, type } }: { place: Place }): ComponentChildren {
  return (
    <span title={id}>
      <Foreign text={name ?? id} />
      {type !== null && <span class="muted"> ({type})</span>}
    </span>
  )
}

function at(place: Place | null, word: string): ComponentChildren {
  return (
    place && (
      <>
        {word} <Node place={place} />
      </>
    )
  )
}

function Entities({ entities, left }: { entities: readonly Related[]; left: number }) {
  return (
    <>
      {entities.map(({ id, name }, n) => (
        <span key={id}>
          {n > 0 && ', '}
          <a href={entityPath(id)}>
            <Foreign text={name ?? id} />
          </a>
        </span>
      ))}
      {left > 0 && <> and {left} more</>}
    </>
  )
}

function Changes({ changes, left }: { changes: readonly Change[]; left: number }) {
  return (
    <>
      {changes.map(({ how, what, key, value }) => (
        <div key={`${how} ${what} ${key}`}>
          {what}{' '}
          {what === 'spawn' ? (
            <a href={entityPath(key)}>{<Foreign text={key} />}</a>
          ) : (
            <Foreign text={key} mono />
          )}{' '}
          {how}
          {value !== null && (
            <>
              {': '}
              <Foreign text={value} mono />
            </>
          )}
        </div>
      ))}
      {left > 0 && <>and {left} more changes</>}
    </>
  )
}
