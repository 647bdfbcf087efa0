import { type DeadLetterInfo, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { EventReader } from '../../explain/event-reader.ts'

/** Selects dead letters. An absent field matches all. */
export interface DeadLetterFilter {
  plugin?: string
  reason?: string
  group?: string
  /** The event's name. Requires a reader. */
  kind?: string
}

/** Returns a callback for records that passes matching dead letters to `onDeadLetter`. */
export function findDeadLetters(
  filter: DeadLetterFilter,
  reader: EventReader | undefined,
  onDeadLetter: (deadLetter: DeadLetterInfo, record: SourceRecord) => void | Promise<void>,
) {
  return function onRecord(record: SourceRecord): void | Promise<void> {
    const deadLetter = readDeadLetter(record)
    if (deadLetter === undefined || !isWanted(deadLetter, filter)) return
    if (filter.kind === undefined) return onDeadLetter(deadLetter, record)
    return isOfKind(filter.kind, record, reader).then((matches) =>
      matches ? onDeadLetter(deadLetter, record) : undefined,
    )
  }
}

function isWanted(
  deadLetter: DeadLetterInfo,
  { plugin, reason, group }: DeadLetterFilter,
): boolean {
  if (plugin !== undefined && deadLetter.plugin !== plugin) return false
  if (reason !== undefined && deadLetter.reason !== reason) return false
  return group === undefined || deadLetter.groupId === group
}

async function isOfKind(kind: string, record: SourceRecord, reader: EventReader | undefined) {
  const read = await reader?.read(record)
  return read?.type === 'event' && read.name === kind
}
