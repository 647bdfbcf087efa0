import { INVENTORY_KINDS } from '../../event/kinds.ts'
import { createEventReader, type EventReader } from '../../explain/event-reader.ts'
import type { ExplainSources } from '../../operate/explain.ts'
import type { Clock } from '../../util/clock.ts'
import { VisibleFields } from '../access/visible-fields.ts'
import { Refused } from '../http/route.ts'
import { Searches } from '../http/stream.ts'
import { OneAtATime } from './one-at-a-time.ts'

/** What routes need that show events. */
export interface EventParts {
  /** Throws Refused without a registry, which holds the schemas of all events. */
  sources(): ExplainSources
  reader: EventReader
  visible: VisibleFields
  searches: Searches
  /** Explaining reads whole topics. */
  explaining: OneAtATime
  close(): void
}

export type EventSettings = Omit<ExplainSources, 'registry'> & {
  registry: ExplainSources['registry'] | undefined
  clock: Pick<Clock, 'elapsedMs' | 'after'>
}

/** Where no registry is named. */
export function refuseEvents(): never {
  throw new Refused(503, 'SCHEMA_REGISTRY_URL is not set here: events cannot be read without it')
}

export function eventParts({ clock, registry, ...rest }: EventSettings): EventParts {
  const searches = new Searches(clock)
  const sources = () => {
    return registry === undefined ? refuseEvents() : { ...rest, registry }
  }
  const reader = createEventReader(rest.contract, {
    schemaById: (id) => sources().registry.schemaById(id),
  })
  return {
    ...{ sources, reader, searches, explaining: new OneAtATime() },
    visible: new VisibleFields(rest.config.CONSOLE_READER_FIELDS, {
      inventoryKinds: INVENTORY_KINDS,
    }),
    close() {
      searches.stop()
      reader.close()
    },
  }
}
