import type { ReadLetter, Thrown } from '../../dead-letter/read-dead-letter.ts'
import { placeOf, type SourceRecord } from '../../event/record.ts'
import { timestampText } from '../../event/time/timestamp.ts'
import type { Content } from '../../operate/dead-letters/scan-letters.ts'
import type { Settlement } from '../../operate/dead-letters/settled.ts'
import { failureLine } from '../../util/failure/failure.ts'
import type { Table } from '../shared/table.ts'

/** A dead letter with what it is about and what was done about it. */
export interface FoundLetter extends Content {
  read: ReadLetter
  settlement: Settlement
  /** Its buffers are views: copy what is kept. */
  record: SourceRecord
}

/** What a list keeps of a dead letter: not its bytes. */
export type ListedLetter = Omit<FoundLetter, 'record'>

const COLUMNS = ['PLACE', 'TIME', 'PLUGIN', 'REASON', 'ID', 'NAME', 'ENTITY', 'ERROR']

/** A table of dead letters; with what was done about each if not all of them are open. */
export function letterTable(letters: readonly ListedLetter[]): Table {
  const areOpen = letters.every(({ settlement }) => settlement.type === 'open')
  const rows = letters.map(rowOf)
  if (areOpen) return { columns: COLUMNS, rows }
  const statuses = letters.map(({ settlement }) => settlement.type)
  const [place, ...rest] = COLUMNS as [string, ...string[]]
  return {
    columns: [place, 'STATUS', ...rest],
    rows: rows.map(([first, ...others], n) => [first as string, statuses[n] as string, ...others]),
  }
}

function rowOf({ read, id = '', name = '' }: ListedLetter): string[] {
  const { place, timestampMs, plugin = '', entity = '' } = read.letter
  const [reason, error] = causeOf(read)
  return [place, timestampText(timestampMs), plugin, reason, id, name, entity, error]
}

function causeOf(read: ReadLetter): [reason: string, error: string] {
  switch (read.type) {
    case 'letter': {
      const { reason, error: message, code, thrown } = read.letter
      return [reason, failureLine({ ...thrown, message, code })]
    }
    case 'unreadable':
      return ['unreadable', read.letter.why]
  }
}

/** A dead letter as JSON; `unreadable` says why its headers can't be read. */
export function letterJson({ read, settlement, id, name }: ListedLetter) {
  const { timestampMs, origin: _, ...rest } = read.letter
  const { type: status, ...decision } = settlement
  return {
    ...textsOf(read, rest),
    time: timestampText(timestampMs),
    id: id ?? null,
    name: name ?? null,
    status,
    ...(status === 'discarded' && { discarded: decision }),
  }
}

function textsOf(read: ReadLetter, rest: object) {
  switch (read.type) {
    case 'letter':
      return { ...rest, ...thrownLines(read.letter.thrown), record: placeOf(read.letter) }
    case 'unreadable': {
      const { why: unreadable, ...others } = rest as { why: string }
      return { ...others, unreadable }
    }
  }
}

function thrownLines(thrown: Thrown | undefined) {
  return thrown && { thrown: { ...thrown, stack: thrown.stack.split('\n') } }
}
