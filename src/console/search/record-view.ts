import { headersByName } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import { traceOf } from '../../event/trace.ts'
import { readable } from '../../explain/find-event.ts'
import type { User } from '../access/roles.ts'
import { seesContent } from '../access/visible-fields.ts'
import type { RecordView } from '../view/record-view.ts'
import type { EventParts } from './parts.ts'
import { seeAs } from './see.ts'

/** Headers that hold no content of events. Others may hold anything. */
const PLAIN_HEADERS = [
  ...['ce_specversion', 'ce_id', 'ce_type', 'ce_time', 'ce_source', 'content-type'],
  'traceparent',
]

/** A record with its headers, as a user may see it. */
export async function recordView(
  record: SourceRecord,
  user: User,
  parts: Pick<EventParts, 'reader' | 'visible'>,
): Promise<RecordView> {
  const { visible, ...seen } = await seeAs(user, parts)(record)
  const read = await readable(parts.reader, record)
  const all = Object.entries(headersByName(record.headers, (value) => value?.toString() ?? null))
  const shown = seesContent(user) ? all : all.filter(([name]) => PLAIN_HEADERS.includes(name))
  const trace = traceOf((name) => record.headers.last(name)?.toString())
  return {
    ...seen,
    event: visible?.event ?? null,
    masked: visible?.masked ?? [],
    headers: shown.map(([name, value]) => ({ name, value })),
    headersMasked: all.length - shown.length,
    bytes: record.value?.length ?? 0,
    schema: read.type === 'event' ? { name: read.schema, id: read.schemaId } : null,
    traceId: trace?.traceparent.split('-')[1] ?? null,
  }
}
