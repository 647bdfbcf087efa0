import { redriveIdOf } from '../dead-letter/redrive.ts'
import { timeText } from '../event/time/timestamp.ts'
import type { DeliveryQuery, MarksLookup, StoredCompletion } from '../idempotency/lookup.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Completion } from './explanation.ts'
import type { KnownRecord } from './record.ts'
import type { Redrive } from './redrives.ts'

export interface Completions {
  of(record: KnownRecord, slug: string): Completion
  ofRedrive(redrive: Redrive): Completion
}

interface Lookup {
  record: KnownRecord
  slug: string
  completion?: StoredCompletion
  /** The completion of this content as a conflict: another content with the same id came first. */
  conflict?: StoredCompletion
}

/** Loads the completions of all plugins for all records and redrives, with one query. */
export async function loadCompletions(
  marks: Pick<MarksLookup, 'find'>,
  { records, redrives }: { records: readonly KnownRecord[]; redrives: readonly Redrive[] },
  plugins: readonly LoadedPlugin[],
): Promise<Completions> {
  const lookups = records.flatMap((record) =>
    record.print === undefined ? [] : plugins.map(({ slug }): Lookup => ({ record, slug })),
  )
  const readable = redrives.filter(({ known }) => known.print !== undefined)
  const queries = [...lookups.flatMap(deliveriesOf), ...readable.map(redeliveryOf)]
  const found = queries.length === 0 ? [] : await marks.find(queries)
  for (const [n, lookup] of lookups.entries()) {
    Object.assign(lookup, { completion: found[2 * n], conflict: found[2 * n + 1] })
  }
  const ofRedrives = found.slice(2 * lookups.length)
  return {
    of(record, slug) {
      const lookup = lookups.find((each) => each.record === record && each.slug === slug)
      return completionOf(lookup?.completion, lookup?.conflict)
    },
    ofRedrive: (redrive) => completionOf(ofRedrives[readable.indexOf(redrive)]),
  }
}

/** Queries by the event's id, and by the id that a conflicting content is recorded under. */
function deliveriesOf({ record: { record, read, print, hash }, slug }: Lookup): DeliveryQuery[] {
  const { topic, partition } = record
  const id = read.type === 'event' ? read.id : ''
  const contents = { fingerprint: print as string, hash: hash as string }
  const common = { plugin: slug, topic, partition, ...contents }
  return [
    { ...common, eventId: id },
    { ...common, eventId: `${id}#${print}` },
  ]
}

/** Queries by the id that is unique to this redrive. */
function redeliveryOf({ known: { read, print, hash }, redriven }: Redrive): DeliveryQuery {
  const { plugin, origin } = redriven
  const id = read.type === 'event' ? read.id : ''
  const fingerprint = print as string
  const eventId = redriveIdOf(id, fingerprint, redriven)
  const { topic, partition } = origin
  return { plugin, eventId, fingerprint, hash: hash as string, topic, partition }
}

function completionOf(
  stored: StoredCompletion | undefined,
  conflict?: StoredCompletion,
): Completion {
  if (stored === undefined) return { type: 'unknown', why: 'its content cannot be read' }
  switch (stored.type) {
    case 'completed': {
      const { content, expired, outcome = null } = stored
      const at = timeText(stored.atMs)
      const completed = { type: 'completed', outcome, at, content, expired } as const
      if (content === 'same' || conflict?.type !== 'completed') return completed
      return { ...completed, conflictAt: timeText(conflict.atMs) }
    }
    case 'claimed':
      return { type: 'claimed', by: stored.by, until: timeText(stored.untilMs) }
    case 'none':
    case 'unknown':
      return stored
  }
}
