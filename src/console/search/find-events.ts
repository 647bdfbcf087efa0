import type { Kafka } from 'kafkajs'
import { headerText } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { RunningSearch } from '../http/stream.ts'
import type { EventRow, SeenEvent } from '../view/seen-event.ts'
import { nextOf } from './cursor.ts'
import { type Reached, readNewestFirst } from './newest-first.ts'
import type { See } from './see.ts'

/** Which events to find. All of what is given must be so. */
export interface EventQuery {
  id?: string
  entity?: string
  /** A kind, or the name of a plugin event; `stockitem.*` for all that begin so. */
  kind?: string
  /** Some value of the event contains it, whatever its case. */
  text?: string
  fromMs?: number
  toMs?: number
  cursor?: string
}

export interface FindPorts {
  kafka: Kafka
  topics: readonly string[]
  see: See
}

/** Finds events, newest first, and says how far it has read. Only what the user sees is searched. */
export async function findEvents(
  { kafka, topics, see }: FindPorts,
  query: EventQuery,
  search: RunningSearch<EventRow>,
): Promise<Reached & { next: string | null }> {
  const { entity, fromMs, toMs, cursor } = query
  const mayMatch = bytesFilter(query)
  const key = entity === undefined ? undefined : Buffer.from(entity)
  const matches = matcher(query)
  let found: EventRow[] = []
  const { left, ...reached } = await readNewestFirst(kafka, search, {
    range: {
      topics,
      ...(entity !== undefined && { key: entity }),
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
    },
    cursor,
    onRecord(record) {
      const isOfEntity = key === undefined || record.key?.equals(key)
      return isOfEntity && mayMatch(record) ? take(record) : undefined
    },
    async onRound() {
      found.sort((a, b) => b.recordMs - a.recordMs || b.offset - a.offset)
      for (const row of found) await search.found(row)
      found = []
      return true
    },
  })
  return { ...reached, next: nextOf(left) }

  async function take(record: SourceRecord): Promise<void> {
    const seen = await see(record)
    if (!matches(seen, record)) return
    // What it holds may be large.
    const { visible, ...row } = seen
    found.push(row)
  }
}

/** Avro holds texts as plain bytes, so most records need not be decoded to know that they lack the id. */
function bytesFilter({ id }: EventQuery): (record: SourceRecord) => boolean {
  if (id === undefined) return () => true
  const bytes = Buffer.from(id)
  return (record) => record.value?.includes(bytes) === true || headerText(record, 'ce_id') === id
}

function matcher({ id, kind, text }: EventQuery) {
  const hasKind = kind === undefined ? () => true : kindMatcher(kind)
  const lower = text?.toLowerCase()
  return ({ id: seenId, name, visible }: SeenEvent, record: SourceRecord): boolean => {
    if (id !== undefined && (seenId ?? headerText(record, 'ce_id')) !== id) return false
    if (!hasKind(name ?? '')) return false
    return lower === undefined || (visible !== null && contains(visible.event, lower))
  }
}

function kindMatcher(kind: string): (name: string) => boolean {
  if (!kind.endsWith('*')) return (name) => name === kind
  const start = kind.slice(0, -1)
  return (name) => name.startsWith(start)
}

function contains(value: unknown, lower: string): boolean {
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).some((member) => contains(member, lower))
  }
  return String(value).toLowerCase().includes(lower)
}
