import { type DeadLetterInfo, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import type { SourceRecord } from '../../event/record.ts'
import type { EventReader } from '../../explain/event-reader.ts'

/** Which dead letters are wanted; what is left out does not matter. */
export interface DeadLetterFilter {
  plugin?: string
  reason?: string
  group?: string
  /** The event's name; needs a reader. */
  kind?: string
}

/** Hands over the dead letters among records that the filter lets through. */
export function findDeadLetters(
  filter: DeadLetterFilter,
  reader: EventReader | undefined,
  onLetter: (letter: DeadLetterInfo, record: SourceRecord) => void | Promise<void>,
) {
  return function onRecord(record: SourceRecord): void | Promise<void> {
    const letter = readDeadLetter(record)
    if (letter === undefined || !isWanted(letter, filter)) return
    if (filter.kind === undefined) return onLetter(letter, record)
    return isOfKind(filter.kind, record, reader).then((isIt) =>
      isIt ? onLetter(letter, record) : undefined,
    )
  }
}

function isWanted(letter: DeadLetterInfo, { plugin, reason, group }: DeadLetterFilter): boolean {
  if (plugin !== undefined && letter.plugin !== plugin) return false
  if (reason !== undefined && letter.reason !== reason) return false
  return group === undefined || letter.groupId === group
}

async function isOfKind(kind: string, record: SourceRecord, reader: EventReader | undefined) {
  const read = await reader?.read(record)
  return read?.type === 'event' && read.name === kind
}
