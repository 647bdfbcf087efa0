import { redriveIdOf } from '../dead-letter/redrive.ts'
import type { DeliveryQuery, MarksLookup, StoredCompletion } from '../idempotency/lookup.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { Completion } from './explanation.ts'
import { type KnownRecord, timeOf } from './record.ts'
import type { Redrive } from './redrives.ts'

export interface Completions {
  of(record: KnownRecord, slug: string): Completion
  ofRedrive(redrive: Redrive): Completion
}

interface Question {
  record: KnownRecord
  slug: string
  note?: StoredCompletion
  /** Of this content under the same id: where another one was first, it is claimed by itself. */
  conflict?: StoredCompletion
}

/** Asks for the notes of all plugins on all records, and on what was redriven, at once. */
export async function loadCompletions(
  marks: Pick<MarksLookup, 'find'>,
  { records, redrives }: { records: readonly KnownRecord[]; redrives: readonly Redrive[] },
  plugins: readonly LoadedPlugin[],
): Promise<Completions> {
  const questions = records.flatMap((record) =>
    record.print === undefined ? [] : plugins.map(({ slug }): Question => ({ record, slug })),
  )
  const readable = redrives.filter(({ known }) => known.print !== undefined)
  const asked = [...questions.flatMap(deliveriesOf), ...readable.map(redeliveryOf)]
  const notes = asked.length === 0 ? [] : await marks.find(asked)
  for (const [n, question] of questions.entries()) {
    Object.assign(question, { note: notes[2 * n], conflict: notes[2 * n + 1] })
  }
  const ofRedrives = notes.slice(2 * questions.length)
  return {
    of(record, slug) {
      const question = questions.find((each) => each.record === record && each.slug === slug)
      return completionOf(question?.note, question?.conflict)
    },
    ofRedrive: (redrive) => completionOf(ofRedrives[readable.indexOf(redrive)]),
  }
}

/** By its id, and by what stands for its id in a conflict. */
function deliveriesOf({ record: { record, read, print }, slug }: Question): DeliveryQuery[] {
  const { topic, partition } = record
  const id = read.type === 'event' ? read.id : ''
  const common = { plugin: slug, topic, partition, fingerprint: print as string }
  return [
    { ...common, eventId: id },
    { ...common, eventId: `${id}#${print}` },
  ]
}

/** By the id that this time alone has. */
function redeliveryOf({ known: { read, print }, redriven }: Redrive): DeliveryQuery {
  const { plugin, origin } = redriven
  const id = read.type === 'event' ? read.id : ''
  const fingerprint = print as string
  const eventId = redriveIdOf(id, fingerprint, redriven)
  return { plugin, eventId, fingerprint, topic: origin.topic, partition: origin.partition }
}

function completionOf(note: StoredCompletion | undefined, conflict?: StoredCompletion): Completion {
  if (note === undefined) return { type: 'unknown', why: 'its content cannot be read' }
  switch (note.type) {
    case 'completed': {
      const { content, expired } = note
      const completed = { type: 'completed', at: timeOf(note.atMs), content, expired } as const
      if (content === 'same' || conflict?.type !== 'completed') return completed
      return { ...completed, conflictAt: timeOf(conflict.atMs) }
    }
    case 'claimed':
      return { type: 'claimed', by: note.by, until: timeOf(note.untilMs) }
    case 'none':
    case 'unknown':
      return note
  }
}
