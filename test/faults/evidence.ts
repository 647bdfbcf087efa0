import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EFFECTS_FILE, type Effect, parseEffect } from '../../src/dev/replicas/effect.ts'
import { readTopic } from '../../src/dev/replicas/read-topic.ts'
import { unaccountedIn } from '../../src/dev/replicas/replica-counts.ts'
import { scrape } from '../../src/dev/replicas/scrape.ts'
import type { SourceRecord } from '../../src/event/record.ts'
import { type GroupOffset, groupOffsets } from '../../src/kafka/admin/group-offsets.ts'
import { deadLetterTopicOf } from '../../src/topics/names.ts'
import { type CommitSample, nowUs } from './commits.ts'
import type { Load } from './load.ts'
import { type MarkTimes, readMarks } from './marks.ts'
import type { FaultWindow, Outage } from './replicas.ts'
import type { Scene } from './scene.ts'

export interface SeenEffect extends Effect {
  pid: number
}

/** A record of an input or dead-letter topic. */
export interface LogEntry {
  eventId: string
  name: string
  key: string
  /** The input topic, for dead letters too. */
  topic: string
  partition: number
  offset: number
  /** Set for dead letters only. */
  plugin: string
  /** On the machine's monotonic clock, like effects. */
  atUs: number
}

/** What a fault left behind. Lists are in the order of events. */
export interface Evidence {
  /** All records ever written to the input topics, including those removed by retention. */
  log: readonly LogEntry[]
  /** Records that retention removed before the group had read them, so they cannot be processed. */
  unread: readonly LogEntry[]
  letters: readonly LogEntry[]
  effects: readonly SeenEffect[]
  commits: readonly CommitSample[]
  ends: readonly GroupOffset[]
  acknowledged: ReadonlySet<string>
  faultWindows: readonly FaultWindow[]
  outages: readonly Outage[]
  markedAtUs: MarkTimes
  unaccounted: number
}

/** The parts of a scene that evidence is gathered from. */
export type Witnessed = Pick<
  Scene,
  'cluster' | 'groupId' | 'topics' | 'replicaSet' | 'removed' | 'bookings' | 'folder'
> & { loads: readonly Pick<Load, 'acknowledged'>[] }

const READ_MS = 120_000

export async function gather(
  scene: Witnessed,
  commits: readonly CommitSample[],
): Promise<Evidence> {
  const { cluster, groupId, topics, replicaSet, loads, removed, bookings } = scene
  const samples = await Promise.all(replicaSet.replicas.map(({ url }) => scrape(url)))
  const effects = [...(await readEffects(scene.folder)), ...((await bookings?.effects()) ?? [])]
  const left = await readLogs(scene, topics)
  const wallToMonotonicUs = offsetOfClocksUs()
  const markedAtUs = await (bookings?.marks(wallToMonotonicUs) ??
    readMarks(cluster, groupId, topics, wallToMonotonicUs))
  return {
    commits,
    acknowledged: new Set(loads.flatMap((load) => [...load.acknowledged])),
    faultWindows: replicaSet.faultWindows,
    outages: replicaSet.outages,
    unaccounted: unaccountedIn(samples.flat()),
    log: inOrder([...removed.all, ...left]),
    unread: removed.unread,
    letters: await readLogs(scene, topics.map(deadLetterTopicOf)),
    effects: effects.sort((a, b) => a.atUs - b.atUs),
    markedAtUs,
    ends: await groupOffsets(cluster.kafka, groupId, topics),
  }
}

export async function readLogs(
  { cluster }: Pick<Scene, 'cluster'>,
  topics: readonly string[],
): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const wallToMonotonicUs = offsetOfClocksUs()
  for (const topic of topics) {
    await readTopic(cluster.kafka, {
      topic,
      timeoutMs: READ_MS,
      onRecord: (record) => entries.push(entryOf(record, wallToMonotonicUs)),
    })
  }
  return inOrder(entries)
}

function inOrder(entries: readonly LogEntry[]): LogEntry[] {
  return [...entries].sort(
    (a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition || a.offset - b.offset,
  )
}

function offsetOfClocksUs(): number {
  return nowUs() - Date.now() * 1_000
}

function entryOf(record: SourceRecord, wallToMonotonicUs: number): LogEntry {
  const { headers, key, topic, partition, offset, timestampMs } = record
  return {
    eventId: String(headers.last('ce_id')),
    name: String(headers.last('ce_type')),
    plugin: String(headers.last('dlq.plugin')),
    key: String(key),
    topic: String(headers.last('dlq.topic') ?? topic),
    partition,
    offset,
    atUs: timestampMs * 1_000 + wallToMonotonicUs,
  }
}

/** The effects of all processes, in order of time. */
export async function readEffects(folder: string): Promise<SeenEffect[]> {
  const files = (await readdir(folder)).filter((name) => EFFECTS_FILE.test(name))
  const lists = await Promise.all(files.map((name) => readEffectsOf(folder, name)))
  return lists.flat().sort((a, b) => a.atUs - b.atUs)
}

/** A killed process may have left half a line, of an effect that was not completed. */
async function readEffectsOf(folder: string, file: string): Promise<SeenEffect[]> {
  const pid = Number(/\d+/.exec(file)![0])
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => ({ ...parseEffect(line), pid }))
}
