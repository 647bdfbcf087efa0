import { discardRecordOf } from '../../dead-letter/discard.ts'
import type { RedriveRecord } from '../../dead-letter/redrive-record.ts'
import { createProducer } from '../../kafka/producer/producer.ts'
import { audited } from '../../operate/audited.ts'
import { type AuditOptions, auditOf, byCommand } from '../shared/audit.ts'
import { print, printTable, usage } from '../shared/output.ts'
import { chosenBy } from './chosen.ts'
import { type ListedLetter, letterTable } from './found-letter.ts'
import { type LetterParts, withLetters } from './parts.ts'
import type { Scanned } from './scan.ts'
import type { Settlement } from './settled.ts'

export interface DiscardOptions extends AuditOptions {
  places: readonly string[]
  id?: readonly string[]
  why: string
  yes?: true
}

interface ToDiscard {
  letters: ListedLetter[]
  records: RedriveRecord[]
  /** How many of the chosen ones were redriven or discarded before. */
  settledBefore: number
}

/** Discards dead letters of KAFKA_GROUP_ID, so that none of them is open, or lists them. */
export async function discardDeadLetters({ places, ...options }: DiscardOptions): Promise<void> {
  if (options.why.trim() === '') throw usage('--why: expected a reason, got an empty text')
  const { id } = options
  const choice = { ...(places.length > 0 && { places }), ...(id !== undefined && { id }) }
  if (places.length === 0 && id === undefined) throw usage('expected a place or --id')
  await withLetters(choice, async (parts) => {
    const { letters, records, settledBefore } = await find(choice, options, parts)
    if (options.yes && records.length > 0) await discard(letters, records, options, parts)
    else if (options.yes === undefined && letters.length > 0) printTable(letterTable(letters))
    const done = options.yes ? 'discarded' : 'to discard'
    print(`${letters.length} ${done}, ${settledBefore} redriven or discarded before`)
    if (options.yes === undefined && letters.length > 0) {
      print('Dry run. Add --yes to discard. They can not be redriven then.')
    }
  })
}

async function find(
  choice: Parameters<typeof chosenBy>[0],
  options: AuditOptions,
  { config, scan, settled }: LetterParts,
): Promise<ToDiscard> {
  const found: ToDiscard = { letters: [], records: [], settledBefore: 0 }
  const chosen = chosenBy(choice)
  const groupId = config.KAFKA_GROUP_ID
  await scan({ ...choice, group: groupId }, (letter) => {
    chosen.found(letter)
    const settlement = settled.of(letter.read.letter)
    if (settlement.type === 'open') add(found, letter, settlement, options)
    else found.settledBefore += 1
  })
  chosen.requireAll(groupId)
  return found
}

function add(
  found: ToDiscard,
  { read, record, id, name }: Scanned,
  settlement: Settlement,
  options: AuditOptions,
): void {
  const { place, origin, groupId = '' } = read.letter
  const { topic, partition, key } = record
  const copy = { topic, partition, key: key === null ? null : Buffer.from(key) }
  found.letters.push({ read, settlement, id, name })
  found.records.push(discardRecordOf({ place, groupId, origin, ...auditOf(options) }, copy))
}

function discard(
  letters: readonly ListedLetter[],
  records: readonly RedriveRecord[],
  options: AuditOptions,
  parts: LetterParts,
): Promise<void> {
  const ports = { kafka: parts.kafka, groupId: parts.config.KAFKA_GROUP_ID }
  const what = letters.map(({ read }) => read.letter.place)
  const [count, actor] = [records.length, byCommand(auditOf(options))]
  const action = { action: 'dead-letters discard', what, count, actor } as const
  return audited(ports, action, () => write(records, parts))
}

async function write(records: readonly RedriveRecord[], { kafka }: LetterParts): Promise<void> {
  const producer = await createProducer(kafka)
  try {
    for (const { topic, ...record } of records) await producer.send(topic, [record])
  } finally {
    await producer.close()
  }
}
