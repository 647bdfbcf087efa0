import type { AskedDelivery, MarksLookup, Note } from '../idempotency/lookup.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { type KnownRecord, timeOf } from './explain-record.ts'
import type { Completion } from './explanation.ts'

export type NoteOf = (record: KnownRecord, slug: string) => Completion

interface Question {
  record: KnownRecord
  slug: string
  note?: Note
  /** Of this content under the same id: where another one was first, it is claimed by itself. */
  conflict?: Note
}

/** Asks for the notes of all plugins on all records at once. */
export async function askNotes(
  marks: Pick<MarksLookup, 'find'>,
  records: readonly KnownRecord[],
  plugins: readonly LoadedPlugin[],
): Promise<NoteOf> {
  const questions = records.flatMap((record) =>
    record.print === undefined ? [] : plugins.map(({ slug }): Question => ({ record, slug })),
  )
  const asked = questions.flatMap((question) => deliveriesOf(question))
  const notes = asked.length === 0 ? [] : await marks.find(asked)
  for (const [n, question] of questions.entries()) {
    Object.assign(question, { note: notes[2 * n], conflict: notes[2 * n + 1] })
  }
  return (record, slug) => {
    const question = questions.find((each) => each.record === record && each.slug === slug)
    return question?.note === undefined
      ? { type: 'unknown', why: 'its content cannot be read' }
      : completionOf(question.note, question.conflict)
  }
}

/** By its id, and by what stands for its id in a conflict. */
function deliveriesOf({ record: { record, read, print }, slug }: Question): AskedDelivery[] {
  const { topic, partition } = record
  const id = read.type === 'event' ? read.id : ''
  const common = { plugin: slug, topic, partition, fingerprint: print as string }
  return [
    { ...common, eventId: id },
    { ...common, eventId: `${id}#${print}` },
  ]
}

function completionOf(note: Note, conflict: Note | undefined): Completion {
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
