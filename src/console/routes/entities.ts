import { explainEntityConfigured } from '../../operate/explain.ts'
import { seesContent } from '../access/visible-fields.ts'
import type { Route } from '../http/route.ts'
import type { SearchLimits } from '../http/stream.ts'
import {
  EVENTS_MAX,
  entityLife,
  LINKING_RECORDS_MAX,
  OWN_RECORDS_MAX,
} from '../search/entity-life.ts'
import type { EventParts } from '../search/parts.ts'
import { seeAs } from '../search/see.ts'
import type { EntityPart } from '../view/entity-life.ts'
import { maskedExplanation } from '../view/masked-explanation.ts'
import { type EntityOutcomes, outcomesOf } from '../view/outcomes.ts'
import { required, textsIn } from './query.ts'

const LIFE: SearchLimits = {
  records: OWN_RECORDS_MAX + LINKING_RECORDS_MAX,
  bytes: 256 << 20,
  ...{ results: Infinity, timeMs: 5_000 },
}
const OUTCOMES: SearchLimits = {
  records: Infinity,
  bytes: Infinity,
  results: Infinity,
  timeMs: 60_000,
}

export function entityRoutes(parts: EventParts): Route[] {
  const { searches, explaining, reader } = parts
  return [
    {
      ...{ method: 'GET', path: '/api/entity', role: 'reader' },
      summary: 'The life of an entity: its own events, then those of others; lines of JSON',
      query: ['key', 'older', 'further'],
      handle(call) {
        const key = required(call, 'key')
        const { older, further } = textsIn(call.query)
        const query = { key, ...(older && { older }), ...(further && { further }) }
        const { kafka, config } = parts.sources()
        const see = seeAs(call.user, parts)
        const ports = { kafka, topics: config.KAFKA_TOPICS, reader, see }
        return searches.answer<EntityPart>(call.user.name, LIFE, (search) =>
          entityLife(ports, query, search),
        )
      },
    },
    {
      ...{ method: 'GET', path: '/api/entity/outcomes', role: 'reader' },
      summary: 'What each plugin did about the newest events of an entity; lines of JSON',
      query: ['key'],
      handle(call) {
        const key = required(call, 'key')
        const sources = parts.sources()
        const limits = { events: EVENTS_MAX, records: OWN_RECORDS_MAX }
        const isAll = seesContent(call.user)
        return searches.answer<EntityOutcomes>(call.user.name, OUTCOMES, async (search) => {
          const explanation = await explaining.run(search, () =>
            explainEntityConfigured(key, limits, sources, search.signal),
          )
          await search.found(outcomesOf(isAll ? explanation : maskedExplanation(explanation)))
          return undefined
        })
      },
    },
  ]
}
