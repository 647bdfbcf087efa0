import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { placeOf, type SourceRecord } from '../../event/record.ts'
import { groupOffsets } from '../../kafka/admin/group-offsets.ts'
import { deadLetterTopicOf } from '../../topics/names.ts'
import { EFFECTS_FILE, type Effect, parseEffect } from '../replicas/effect.ts'
import { readTopic } from '../replicas/read-topic.ts'
import { countsIn, unaccountedIn } from '../replicas/replica-counts.ts'
import type { Sample } from '../replicas/scrape.ts'
import type { Evidence, ReplicaExit } from './findings.ts'
import { placeOfOriginal } from './letter-checks.ts'
import type { Run } from './run.ts'

const READ_MS = 120_000

/** Collects the results of the run from effects files, dead-letter topics and the group's offsets. */
export async function gatherEvidence(
  run: Run,
  samples: readonly Sample[],
  exits: readonly ReplicaExit[] | undefined,
): Promise<Evidence> {
  const { kafka, groupId, inputTopics, workFolder, say } = run
  say('checking effects, dead letters and offsets')
  const deadLetters = await readDeadLetters(run)
  return {
    effects: await readEffects(workFolder),
    letters: deadLetters,
    originals: await readOriginals(run, new Set(deadLetters.map(placeOfOriginal))),
    counts: countsIn(samples),
    unaccounted: unaccountedIn(samples),
    offsets: await groupOffsets(kafka, groupId, inputTopics),
    exits,
  }
}

async function readEffects(folder: string): Promise<Effect[]> {
  const files = (await readdir(folder)).filter((name) => EFFECTS_FILE.test(name))
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map(parseEffect)
    .sort((one, other) => one.atUs - other.atUs)
}

async function readDeadLetters(run: Run): Promise<SourceRecord[]> {
  const deadLetters: SourceRecord[] = []
  for (const topic of run.inputTopics) {
    await read(run, deadLetterTopicOf(topic), (record) => deadLetters.push(record))
  }
  return deadLetters
}

async function readOriginals(
  run: Run,
  wanted: ReadonlySet<string>,
): Promise<Map<string, SourceRecord>> {
  const originals = new Map<string, SourceRecord>()
  for (const topic of run.inputTopics) {
    await read(run, topic, (record) => {
      const place = placeOf(record)
      if (wanted.has(place)) originals.set(place, record)
    })
  }
  return originals
}

function read({ kafka, signal }: Run, topic: string, onRecord: (r: SourceRecord) => void) {
  signal.throwIfAborted()
  return readTopic(kafka, { topic, timeoutMs: READ_MS, onRecord })
}
