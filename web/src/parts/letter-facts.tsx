import type { ComponentChildren } from 'preact'
import type { Letter } from '../api.ts'
import { entityPath, eventPath } from '../links.ts'
import { Foreign, Time } from './basics.tsx'

/** What is known of a dead letter, with links to where more is. */
export function LetterFacts({ data: { letter, record } }: { data: Letter }) {
  const { plugin, reason, kind, id, entity, attempts, redrives, refused, expiresMs } = letter
  return (
    <dl class="panel facts">
      <Fact name="Plugin">
        {plugin && (
          <a href={`/plugins/${encodeURIComponent(plugin)}`}>
            <Foreign text={plugin} mono />
          </a>
        )}
      </Fact>
      <Fact name="Reason">
        <Foreign text={reason} />
        {letter.errorType !== null && (
          <>
            {', '}
            <Foreign text={letter.errorType} mono />
          </>
        )}
        {letter.code !== null && (
          <>
            {' ('}
            <Foreign text={letter.code} mono />
            {')'}
          </>
        )}
        {letter.errorAt !== null && (
          <span class="muted">
            {' at '}
            <Foreign text={letter.errorAt} mono />
          </span>
        )}
      </Fact>
      <Fact name="Kind">{kind && <Foreign text={kind} mono />}</Fact>
      <Fact name="Event">
        {id && (
          <a href={eventPath({ id, entity, recordMs: 0 })}>
            <Foreign text={id} mono />
          </a>
        )}
      </Fact>
      <Fact name="Entity">
        {entity && (
          <a href={entityPath(entity)}>
            <Foreign text={entity} mono />
          </a>
        )}
      </Fact>
      <Fact name="Record">{record && <Foreign text={record} mono />}</Fact>
      <Fact name="Dead-lettered">
        <Time ms={letter.atMs} /> after {attempts} attempt{attempts === 1 ? '' : 's'}
        {redrives > 0 && `, redriven ${redrives} time${redrives === 1 ? '' : 's'} before`}
      </Fact>
      <Fact name="Expires">{expiresMs !== null && <Time ms={expiresMs} />}</Fact>
      {refused !== null && <Fact name="Redrive">not possible: {refused}</Fact>}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children || <span class="muted">–</span>}</dd>
    </div>
  )
}
