import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EFFECTS_FILE, type Effect, parseEffect } from '../../src/demo/effect.ts'
import { unaccountedIn } from '../../src/demo/replica-counts.ts'
import { scrape } from '../../src/demo/scrape.ts'
import type { SourceRecord } from '../../src/event/record.ts'
import { groupOffsets } from '../../src/kafka/group-offsets.ts'
import { readTopic } from '../../src/kafka/read-topic.ts'
import { deadLetterTopicOf } from '../../src/pipeline/dead-letter.ts'
import { type CommitSample, nowUs } from './commits.ts'
import type { Scene } from './scene.ts'

export interface SeenEffect extends Effect {
  pid: number
}

/** What a record of the input or the dead letters is about. */
export interface LogEntry {
  eventId: string
  name: string
  key: string
  partition: number
  offset: number
  /** Of the dead letters only. */
  plugin: string
  /** Of the machine's monotonic clock, as effects have it. */
  atUs: number
}

/** What a fault left behind. Every list is in the order in which things happened. */
export interface Evidence {
  log: readonly LogEntry[]
  letters: readonly LogEntry[]
  effects: readonly SeenEffect[]
  commits: readonly CommitSample[]
  ends: readonly { partition: number; committed: number | undefined; end: number }[]
  acknowledged: ReadonlySet<string>
  victims: ReadonlySet<number>
  unaccounted: number
}

const READ_MS = 60_000

export async function gather(
  scene: Scene,
  rest: Pick<Evidence, 'commits' | 'acknowledged'>,
): Promise<Evidence> {
  const { cluster, groupId, topic, victims, replicas } = scene
  const samples = await Promise.all(replicas.map(({ url }) => scrape(url)))
  return {
    ...rest,
    victims,
    unaccounted: samples.reduce((sum, each) => sum + unaccountedIn(each), 0),
    log: await readLog(scene, topic),
    letters: await readLog(scene, deadLetterTopicOf(topic)),
    effects: await readEffects(scene.folder),
    ends: await groupOffsets(cluster.kafka, groupId, [topic]),
  }
}

async function readLog({ cluster, groupId }: Scene, topic: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const wallToMonotonicUs = nowUs() - Date.now() * 1_000
  await readTopic(cluster.kafka, {
    topic,
    groupId: `${groupId}.reader.${topic}`,
    timeoutMs: READ_MS,
    onRecord: (record) => entries.push(entryOf(record, wallToMonotonicUs)),
  })
  return entries.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

function entryOf(record: SourceRecord, wallToMonotonicUs: number): LogEntry {
  const { headers, key, partition, offset, timestampMs } = record
  return {
    eventId: String(headers.ce_id),
    name: String(headers.ce_type),
    plugin: String(headers['dlq.plugin']),
    key: String(key),
    partition,
    offset,
    atUs: timestampMs * 1_000 + wallToMonotonicUs,
  }
}

async function readEffects(folder: string): Promise<SeenEffect[]> {
  const files = (await readdir(folder)).filter((name) => EFFECTS_FILE.test(name))
  const lists = await Promise.all(files.map((name) => readEffectsOf(folder, name)))
  return lists.flat().sort((a, b) => a.atUs - b.atUs)
}

/** A process that was killed may have left half a line, of an effect that was not completed. */
async function readEffectsOf(folder: string, file: string): Promise<SeenEffect[]> {
  const pid = Number(/\d+/.exec(file)![0])
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => ({ ...parseEffect(line), pid }))
}
