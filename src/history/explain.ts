import { messageOf } from '../event/errors.ts'
import type { MarksLookup } from '../idempotency/lookup.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { askNotes, type NoteOf } from './explain-notes.ts'
import { explainPlugin } from './explain-plugin.ts'
import { explainLetter, type KnownRecord, knownRecord, recordOf } from './explain-record.ts'
import type {
  ExplainedLetter,
  ExplainedRecord,
  Explanation,
  SearchedTopic,
  Standing,
} from './explanation.ts'
import type { FoundEvent } from './find-event.ts'

/** Everything that is asked to explain an event. Nothing is changed by that. */
export interface ExplainPorts {
  group: string
  plugins: readonly LoadedPlugin[]
  /** The records that hold the event, and its dead letters. */
  find(id: string): Promise<Findings>
  /** The offset that the group has committed in a partition, if it has. */
  committed(): Promise<(topic: string, partition: number) => number | undefined>
  standings(): Promise<Standings>
  marks: MarksLookup
}

export interface Findings {
  records: FoundEvent[]
  letters: FoundEvent[]
  searched: SearchedTopic[]
  /** What could not be looked at, or was left out. */
  unknown: string[]
}

export interface Standings {
  events: 'on' | 'off'
  of(slug: string): Standing
}

interface Gathered {
  records: KnownRecord[]
  letters: ExplainedLetter[]
  committed: ((topic: string, partition: number) => number | undefined) | undefined
  standings: Standings | undefined
  noteOf: NoteOf
}

/**
 * Tells where an event is and what each plugin made of it. What a source can't tell is named in the
 * answer. Rejects only if the topics can't be read.
 */
export async function explain(id: string, ports: ExplainPorts): Promise<Explanation> {
  const unknown: string[] = []
  const ask = <T>(what: string, answer: Promise<T>) =>
    answer.catch((error: unknown) => {
      unknown.push(`${what}: ${messageOf(error)}`)
      return undefined
    })
  const [found, committed, standings] = await Promise.all([
    ports.find(id),
    ask('where the group stands', ports.committed()),
    ask('how plugins are switched', ports.standings()),
  ])
  const known = found.records
    .map(knownRecord)
    .sort((a, b) => a.record.timestampMs - b.record.timestampMs)
  const letters = found.letters.flatMap(({ record }) => explainLetter(record) ?? [])
  const noteOf = await askNotes(ports.marks, known, ports.plugins)
  const gathered = { records: known, letters, committed, standings, noteOf }
  const records = known.map((_, n) => explainRecord(n, gathered, ports))
  const places = records.map(({ place }) => place)
  return {
    id,
    group: ports.group,
    events: standings?.events ?? 'unknown',
    records,
    letters: letters.filter(({ record }) => !places.includes(record)),
    searched: found.searched,
    unknown: [...found.unknown, ...unknown],
  }
}

function explainRecord(n: number, gathered: Gathered, ports: ExplainPorts): ExplainedRecord {
  const { records, committed, standings, noteOf } = gathered
  const known = records[n] as KnownRecord
  const record = recordOf(known, records.slice(0, n), committed)
  const ofRecord = gathered.letters.filter((letter) => letter.record === record.place)
  const isOurs = ({ plugin, group }: ExplainedLetter) =>
    group === ports.group && ports.plugins.some(({ slug }) => slug === plugin)
  const plugins = ports.plugins.map((plugin) =>
    explainPlugin(plugin, {
      known,
      progress: record.progress,
      events: standings?.events ?? 'unknown',
      state: standings?.of(plugin.slug) ?? { state: 'unknown' },
      completion: noteOf(known, plugin.slug),
      letters: ofRecord.filter((letter) => isOurs(letter) && letter.plugin === plugin.slug),
    }),
  )
  return { ...record, plugins, letters: ofRecord.filter((letter) => !isOurs(letter)) }
}
