import { readRecord } from '../../kafka/reader/read-record.ts'
import { explainConfigured } from '../../operate/explain.ts'
import { seesContent } from '../access/visible-fields.ts'
import { type Call, Refused, type Route } from '../http/route.ts'
import type { SearchLimits } from '../http/stream.ts'
import { type EventQuery, findEvents } from '../search/find-events.ts'
import type { EventParts } from '../search/parts.ts'
import { recordView } from '../search/record-view.ts'
import { seeAs } from '../search/see.ts'
import { type EventExplanation, withTimeline } from '../view/event-timeline.ts'
import { maskedExplanation } from '../view/masked-explanation.ts'
import type { EventRow } from '../view/seen-event.ts'
import { placeIn, rangeIn, required, textsIn } from './query.ts'

const FIND: SearchLimits = { records: 50_000, bytes: 128 << 20, results: 100, timeMs: 10_000 }
/** It reads all that may hold the event, or has to do with it. */
const EXPLAIN: SearchLimits = {
  records: Infinity,
  bytes: Infinity,
  results: Infinity,
  timeMs: 60_000,
}

export function eventRoutes(parts: EventParts, clock: { now(): number }): Route[] {
  const { searches, explaining } = parts
  return [
    {
      ...{ method: 'GET', path: '/api/events', role: 'reader' },
      summary: 'Finds events, newest first; lines of JSON',
      query: ['id', 'entity', 'kind', 'text', 'from', 'to', 'cursor'],
      handle({ user, query }) {
        const wanted = queryOf(query, clock.now())
        const { kafka, config } = parts.sources()
        const ports = { kafka, topics: config.KAFKA_TOPICS, see: seeAs(user, parts) }
        return searches.answer<EventRow>(user.name, FIND, (search) =>
          findEvents(ports, wanted, search),
        )
      },
    },
    {
      ...{ method: 'GET', path: '/api/event', role: 'reader' },
      summary: 'As "explain ID"; lines of JSON',
      query: ['id', 'entity', 'from', 'to'],
      handle({ user, query, ...call }) {
        const id = required({ user, query, ...call }, 'id')
        const isAll = seesContent(user)
        const range = { ...rangeIn(query, clock.now()), ...(!isAll && { isNamed: true as const }) }
        const sources = parts.sources()
        return searches.answer<EventExplanation>(user.name, EXPLAIN, async (search) => {
          const explanation = await explaining.run(search, () =>
            explainConfigured(id, range, sources, search.signal),
          )
          await search.found(withTimeline(isAll ? explanation : maskedExplanation(explanation)))
          return undefined
        })
      },
    },
    {
      ...{ method: 'GET', path: '/api/record', role: 'reader' },
      summary: 'One record of an input topic, by its place, which is topic/partition@offset',
      query: ['place'],
      async handle(call) {
        const place = placeIn(required(call, 'place'))
        const { kafka, config } = parts.sources()
        // Other topics hold what readers may not see.
        if (!config.KAFKA_TOPICS.includes(place.topic)) throw new Refused(404, 'no input topic')
        const record = await readRecord(kafka, place)
        if (record !== undefined) return recordView(record, call.user, parts)
        throw new Refused(404, 'no such record; retention may have removed it')
      },
    },
  ]
}

function queryOf(query: Call['query'], nowMs: number): EventQuery {
  const { id, kind, text, cursor } = textsIn(query)
  const given = { id, kind, text, cursor, ...rangeIn(query, nowMs) }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
