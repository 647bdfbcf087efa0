import type { PluginStart } from '../control/control-record.ts'
import type { SourceRecord } from '../event/record.ts'
import type { MarksLookup } from '../idempotency/lookup.ts'
import { isBelow } from '../pipeline/intake/start-offsets.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { messageOf } from '../util/errors.ts'
import { type Completions, loadCompletions } from './completions.ts'
import type {
  ExplainedDeadLetter,
  ExplainedRecord,
  ExplainedRedrive,
  ExplainedStart,
  Explanation,
  KnownPluginStatus,
  SearchedTopic,
} from './explanation.ts'
import type { FoundEvent } from './find-event.ts'
import { explainPlugin } from './plugin.ts'
import {
  type Committed,
  explainDeadLetter,
  type KnownRecord,
  knownRecord,
  recordOf,
} from './record.ts'
import { explainRedrive, redrivesOf } from './redrives.ts'

/** Everything that is asked to explain an event. Nothing is changed by that. */
export interface ExplainPorts {
  group: string
  plugins: readonly LoadedPlugin[]
  /** The records that hold the event, and its dead letters. */
  find(id: string): Promise<Findings>
  committed(): Promise<Committed>
  standings(): Promise<PluginStates>
  marks: MarksLookup
}

export interface Findings {
  records: FoundEvent[]
  letters: FoundEvent[]
  /** Dead letters of it as they were handed over again. */
  redrives: FoundEvent[]
  searched: SearchedTopic[]
  /** What could not be looked at, or was left out. */
  unknown: string[]
}

export interface PluginStates {
  events: 'on' | 'off'
  of(slug: string): KnownPluginStatus
  startOf(slug: string): PluginStart | undefined
}

interface Gathered {
  records: KnownRecord[]
  letters: ExplainedDeadLetter[]
  redrives: ExplainedRedrive[]
  committed: Committed | undefined
  standings: PluginStates | undefined
  notes: Completions
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
  const letters = found.letters.flatMap(({ record }) => explainDeadLetter(record) ?? [])
  const redriven = redrivesOf(
    found.redrives,
    ports.group,
    ports.plugins.map(({ slug }) => slug),
  )
  const asked = { records: known, redrives: redriven }
  const notes = await loadCompletions(ports.marks, asked, ports.plugins)
  const redrives = redriven.map((redrive) =>
    explainRedrive(redrive, notes.ofRedrive(redrive), letters, committed),
  )
  const gathered = { records: known, letters, redrives, committed, standings, notes }
  const records = known.map((_, n) => explainRecord(n, gathered, ports))
  const places = records.map(({ place }) => place)
  return {
    id,
    group: ports.group,
    events: standings?.events ?? 'unknown',
    records,
    letters: letters.filter(({ record }) => !places.includes(record)),
    redrives: redrives.filter(({ record }) => !places.includes(record)),
    searched: found.searched,
    unknown: [...found.unknown, ...unknown],
  }
}

function explainRecord(n: number, gathered: Gathered, ports: ExplainPorts): ExplainedRecord {
  const { records, committed, standings, notes } = gathered
  const known = records[n] as KnownRecord
  const record = recordOf(known, records.slice(0, n), committed)
  const letters = gathered.letters.filter((letter) => letter.record === record.place)
  const redrives = gathered.redrives.filter((redrive) => redrive.record === record.place)
  const isOurs = ({ plugin, group = ports.group }: { plugin: string; group?: string }) =>
    group === ports.group && ports.plugins.some(({ slug }) => slug === plugin)
  const plugins = ports.plugins.map((plugin) =>
    explainPlugin(plugin, {
      known,
      progress: record.progress,
      events: standings?.events ?? 'unknown',
      state: standings?.of(plugin.slug) ?? { state: 'unknown' },
      passedBy: passedBy(known.record, standings?.startOf(plugin.slug)),
      completion: notes.of(known, plugin.slug),
      letters: letters.filter((letter) => isOurs(letter) && letter.plugin === plugin.slug),
      redrives: redrives.filter((redrive) => redrive.plugin === plugin.slug),
    }),
  )
  return {
    ...record,
    plugins,
    letters: letters.filter((letter) => !isOurs(letter)),
    redrives: redrives.filter((redrive) => !isOurs(redrive)),
  }
}

function passedBy(record: SourceRecord, start: PluginStart | undefined): ExplainedStart | null {
  if (start === undefined || !isBelow(start.offsets, record)) return null
  const { offsets, by, at, why } = start
  return { first: offsets[record.topic]?.[record.partition] as number, by, at, why }
}
