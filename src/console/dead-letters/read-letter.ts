import { originalHeaders, readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import type { Event } from '../../event/event.ts'
import { headersByName } from '../../event/headers.ts'
import { placeOf, type SourceRecord } from '../../event/record.ts'
import type { EventReader, ReadRecord } from '../../explain/event-reader.ts'
import { messageOf } from '../../util/errors.ts'
import { mayDo, type User } from '../access/roles.ts'
import { seesContent, type Visible, type VisibleFields } from '../access/visible-fields.ts'
import { Refused } from '../http/route.ts'
import { historyOf, type LetterContent, type LetterView } from '../view/dead-letters/letter-view.ts'
import { listedRow } from '../view/dead-letters/letters.ts'
import type { FollowedLetters } from './followed-letters.ts'
import { requireRead } from './letters-view.ts'
import { sightOf } from './sight-of.ts'

export interface ReadLetterPorts {
  letters: FollowedLetters
  /** Rejects without a schema registry. */
  events: EventReader
  visible: VisibleFields
}

const HEADER_CHARS_MAX = 1_000
const BYTES_MAX = 3_000
/** What a browser shows without getting slow. */
const EVENT_CHARS_MAX = 200_000

/** One dead letter, as far as this user may see it. Refused if the console does not have it. */
export async function readLetter(
  ports: ReadLetterPorts,
  place: string,
  user: User,
): Promise<LetterView> {
  const { letters } = ports
  const { index } = letters
  const row = index.at(place)
  if (row === undefined) {
    requireRead(letters)
    throw new Refused(404, 'the console has no dead letter at this place')
  }
  const all = [...index.open(), ...index.settled()]
  const record = mayDo(user, 'reader') ? await letters.read(row) : undefined
  const hasContent = record !== undefined && seesContent(user)
  return {
    letter: listedRow(row, sightOf(user), (topic) => letters.retentionMsOf(topic)),
    record: record === undefined ? null : originOf(record),
    history: historyOf(row, all),
    content: mayDo(user, 'reader') ? await contentOf(record, ports, user) : null,
    stack: hasContent ? stackOf(record) : null,
    headers: hasContent ? headersByName(originalHeaders(record), headerOf) : null,
  }
}

function originOf(record: SourceRecord): string | null {
  const read = readDeadLetter(record)
  return read.type === 'letter' ? placeOf(read.letter) : null
}

function stackOf(record: SourceRecord): string[] | null {
  const read = readDeadLetter(record)
  const stack = read.type === 'letter' ? read.letter.thrown?.stack : undefined
  return stack === undefined || stack === '' ? null : stack.split('\n')
}

function headerOf(value: Buffer | string | null): string {
  return String(value ?? '').slice(0, HEADER_CHARS_MAX)
}

async function contentOf(
  record: SourceRecord | undefined,
  { events, visible }: ReadLetterPorts,
  user: User,
): Promise<LetterContent> {
  const isSeen = seesContent(user)
  const none = (why: string): LetterContent => ({
    type: 'none',
    // What is wrong with bytes may quote them.
    why: isSeen ? why : 'it can’t be shown',
    bytes: isSeen ? (record?.value?.subarray(0, BYTES_MAX).toString('base64') ?? null) : null,
  })
  if (record === undefined) return none('Kafka has removed it')
  try {
    return decodedOf(await events.read(record), none, (event) => visible.of(event, user))
  } catch (error) {
    return none(messageOf(error))
  }
}

function decodedOf(
  read: ReadRecord,
  none: (why: string) => LetterContent,
  seen: (event: Event) => Visible,
): LetterContent {
  switch (read.type) {
    case 'tombstone':
      return none('it has no value')
    case 'undecodable':
    case 'waiting':
      return none(read.why)
    case 'event': {
      const { schema, schemaId } = read
      const { event, masked } = seen(read.event)
      const chars = JSON.stringify(event).length
      if (chars <= EVENT_CHARS_MAX) return { type: 'event', schema, schemaId, event, masked }
      return none(`it is ${chars} characters long: "dead-letters show" prints it`)
    }
  }
}
