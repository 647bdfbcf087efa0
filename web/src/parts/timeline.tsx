import type { TimelineEntry } from '../../../src/console/view/event-timeline.ts'
import { letterPath } from '../links.ts'
import { Foreign, State, Time } from './basics.tsx'

/** What happened to an event, oldest first, a line each. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol class="timeline">
      {entries.map(({ at, plugin, what, tone, place }) => (
        <li class="timeline-entry" key={`${at} ${plugin} ${what} ${place}`}>
          <Time ms={Date.parse(at)} />
          <span>{plugin === null ? <b>all</b> : <Foreign text={plugin} mono />}</span>
          <span>
            {tone === null ? (
              <Foreign text={what} />
            ) : (
              <State tone={tone}>
                <Foreign text={what} />
              </State>
            )}
            {place !== null && (
              <span class="muted">
                {' '}
                {tone === 'dead' ? (
                  <a href={letterPath(place)}>
                    <Foreign text={place} mono />
                  </a>
                ) : (
                  <Foreign text={place} mono />
                )}
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  )
}
