import type { WhereItIs } from '../../../src/console/view/where-it-is.ts'
import { entityPath } from '../links.ts'
import { numberText, shown } from '../text.ts'
import { Foreign, State, Time, type Tone } from './basics.tsx'
import { Node } from './life-step.tsx'

const STATES: Record<WhereItIs['state'], [tone: Tone, words: string]> = {
  here: ['ok', 'there'],
  bundled: ['ok', 'in a bundle'],
  merged: ['off', 'merged into another'],
  destroyed: ['off', 'destroyed or consumed'],
  wasted: ['off', 'wasted'],
  reverted: ['off', 'its merge was reverted'],
  unknown: ['unknown', 'not known from the events that were read'],
}

/** Where an entity is and with what quantity. Older pages of its life fill in what newer ones do not say. */
export function EntityNow({ entity, now: all }: { entity: string; now: readonly WhereItIs[] }) {
  const placed = all.find(({ state }) => state !== 'unknown') ?? all[0]!
  const said = <K extends 'name' | 'productId'>(field: K) =>
    all.find((each) => each[field] !== null)?.[field]
  const counted = all.find(({ quantity }) => quantity !== null)
  const isMasked = all.some((each) => each.isMasked)
  const [tone, words] = STATES[placed.state]
  const missing = <span class="muted">{isMasked ? 'masked, or not said' : 'not said'}</span>
  return (
    <dl class="panel facts">
      <div>
        <dt>Entity</dt>
        <dd>
          <b>{shown(said('name') ?? entity)}</b>
          {said('name') && (
            <div class="muted">
              <Foreign text={entity} mono />
            </div>
          )}
        </dd>
      </div>
      <div>
        <dt>State</dt>
        <dd>
          <State tone={tone}>
            {placed.into === null ? (
              words
            ) : (
              <span>
                merged into{' '}
                <a href={entityPath(placed.into.id)}>
                  <Foreign text={placed.into.name ?? placed.into.id} />
                </a>
              </span>
            )}
          </State>
        </dd>
      </div>
      <div>
        <dt>{placed.state === 'here' || placed.state === 'bundled' ? 'Where' : 'Last seen'}</dt>
        <dd>{placed.at === null ? missing : <Node place={placed.at} />}</dd>
      </div>
      <div>
        <dt>Quantity</dt>
        <dd>
          {counted === undefined ? (
            missing
          ) : (
            <>
              <b>{numberText(counted.quantity!)}</b>
              <div class="muted">
                as of <Time ms={counted.quantityMs!} />
                {counted.hasSplitSince && '; parts were split off since'}
              </div>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Product</dt>
        <dd>{said('productId') ? <Foreign text={said('productId')!} mono /> : missing}</dd>
      </div>
      <div>
        <dt>As of</dt>
        <dd>{placed.asOfMs === null ? missing : <Time ms={placed.asOfMs} />}</dd>
      </div>
    </dl>
  )
}
