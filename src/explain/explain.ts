import type { PluginStart } from '../control/control-record.ts'
import type { SourceRecord } from '../event/record.ts'
import type { MarksLookup } from '../idempotency/lookup.ts'
import { everyPlugin } from '../pipeline/intake/route.ts'
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
import { obstacleTo, type WaitsAt } from './obstacle.ts'
import { explainPlugin } from './plugin.ts'
import {
  type Committed,
  explainDeadLetter,
  type KnownRecord,
  knownRecord,
  progressOf,
  recordOf,
} from './record.ts'
import { explainRedrive, redrivesOf } from './redrives.ts'
import type { RememberedOf } from './remembered.ts'

/** The read-only sources that an explanation is made from. */
export interface ExplainPorts {
  group: string
  plugins: readonly LoadedPlugin[]
  /** Finds the records that hold the event, its dead letters and its redrives. */
  find(id: string): Promise<Findings>
  committed(): Promise<Committed>
  loadPluginStates(): Promise<PluginStates>
  marks: MarksLookup
  /** Loads what the plugins remember of the entities of these records. */
  loadRemembered(records: readonly KnownRecord[]): Promise<RememberedOf>
  waitsAt: WaitsAt
}

export interface Findings {
  records: FoundEvent[]
  letters: FoundEvent[]
  /** Its records in the redrive topics. */
  redrives: FoundEvent[]
  searched: SearchedTopic[]
  /** What could not be read, or was left out. */
  unknown: string[]
}

export interface PluginStates {
  events: 'on' | 'off' | 'unknown'
  of(slug: string): KnownPluginStatus
  startOf(slug: string): PluginStart | undefined
}

interface Facts {
  records: KnownRecord[]
  letters: ExplainedDeadLetter[]
  redrives: ExplainedRedrive[]
  committed: Committed | undefined
  states: PluginStates | undefined
  completions: Completions
  remembered: RememberedOf | undefined
  obstacles: readonly (string | null)[]
}

/**
 * Explains where an event is and what each plugin did with it. A source that fails is listed under
 * `unknown`. Rejects only if the topics can't be read.
 */
export async function explain(id: string, ports: ExplainPorts): Promise<Explanation> {
  const unknown: string[] = []
  const orUnknown = <T>(what: string, result: Promise<T>) =>
    result.catch((error: unknown) => {
      unknown.push(`${what}: ${messageOf(error)}`)
      return undefined
    })
  const [found, committed, states] = await Promise.all([
    ports.find(id),
    orUnknown('the committed offsets of the group', ports.committed()),
    orUnknown('the states of the plugins', ports.loadPluginStates()),
  ])
  const known = found.records
    .map(knownRecord)
    .sort((a, b) => a.record.timestampMs - b.record.timestampMs)
  const letters = found.letters.flatMap(({ record }) => explainDeadLetter(record, unknown) ?? [])
  const redriven = redrivesOf(
    found.redrives,
    ports.group,
    ports.plugins.map(({ slug }) => slug),
  )
  const readable = { records: known, redrives: redriven }
  const completions = await loadCompletions(ports.marks, readable, ports.plugins)
  const remembered = await orUnknown(
    'what plugins remember of its entity',
    ports.loadRemembered(known),
  )
  const redrives = redriven.map((redrive) =>
    explainRedrive(redrive, completions.ofRedrive(redrive), letters, committed),
  )
  const obstacles = await Promise.all(
    known.map(async (each) => {
      const progress = progressOf(each.record, committed)
      const obstacle = obstacleTo(each, progress, ports.waitsAt)
      return (await orUnknown('what the partition waits for', obstacle)) ?? null
    }),
  )
  const facts = {
    ...{ records: known, letters, redrives, committed },
    ...{ states, completions, remembered, obstacles },
  }
  const records = known.map((_, n) => explainRecord(n, facts, ports))
  const places = records.map(({ place }) => place)
  return {
    id,
    group: ports.group,
    events: states?.events ?? 'unknown',
    records,
    letters: letters.filter(({ record }) => !places.includes(record)),
    redrives: redrives.filter(({ record }) => !places.includes(record)),
    searched: found.searched,
    unknown: [...found.unknown, ...unknown],
  }
}

function explainRecord(n: number, facts: Facts, ports: ExplainPorts): ExplainedRecord {
  const { records, committed, states, completions } = facts
  const obstacle = facts.obstacles[n] ?? null
  const known = records[n] as KnownRecord
  const record = recordOf(known, records.slice(0, n), committed)
  const letters = facts.letters.filter((letter) => letter.record === record.place)
  const redrives = facts.redrives.filter((redrive) => redrive.record === record.place)
  const isOurs = ({ plugin, group = ports.group }: { plugin: string; group?: string }) =>
    group === ports.group && ports.plugins.some(({ slug }) => slug === plugin)
  const letterForAll = letters.find(
    ({ group, plugin }) => group === ports.group && plugin === everyPlugin.slug,
  )
  const plugins = ports.plugins.map((plugin) =>
    explainPlugin(plugin, {
      known,
      progress: record.progress,
      obstacle,
      letterForAll,
      events: states?.events ?? 'unknown',
      state: states?.of(plugin.slug) ?? { state: 'unknown' },
      passedBy: startAbove(known.record, states?.startOf(plugin.slug)),
      completion: completions.of(known, plugin.slug),
      remembers: facts.remembered?.(known, plugin) ?? null,
      letters: letters.filter((letter) => isOurs(letter) && letter.plugin === plugin.slug),
      redrives: redrives.filter((redrive) => redrive.plugin === plugin.slug),
    }),
  )
  return {
    ...record,
    obstacle,
    plugins,
    letters: letters.filter((letter) => !isOurs(letter)),
    redrives: redrives.filter((redrive) => !isOurs(redrive)),
  }
}

/** The plugin's start, if it lies above the record. */
function startAbove(record: SourceRecord, start: PluginStart | undefined): ExplainedStart | null {
  if (start === undefined || !isBelow(start.offsets, record)) return null
  const { offsets, by, at, why } = start
  return { first: offsets[record.topic]?.[record.partition] as number, by, at, why }
}
