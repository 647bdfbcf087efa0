import type { MarkedOutcome } from '../../event/outcome.ts'
import { partitionName } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { DeliveryQuery, MarksLookup, StoredCompletion } from '../lookup.ts'
import { formerWord, isFormer, markOf, outcomeAt, unpackMarks } from './mark-format.ts'
import type { MarksLog, ReadRequest } from './marks-log-port.ts'

export interface KafkaLookupOptions {
  marksLog: Pick<MarksLog, 'read' | 'close'>
  groupId: string
  clock: Pick<Clock, 'now'>
  ttlMs: number
  signal: AbortSignal
}

interface Wanted {
  query: DeliveryQuery
  /** The words for this content: in marks of this version, and in those of the first. */
  word: number
  formerWord: number
  completion: StoredCompletion | undefined
}

/** Reads the deliveries' partitions of the marks topic from start to end. */
export function lookUpInKafka(options: KafkaLookupOptions): MarksLookup {
  const { marksLog, groupId, clock, ttlMs, signal } = options

  async function readInto(wanted: readonly Wanted[]): Promise<void> {
    const [first] = wanted
    if (first === undefined) return
    const { topic, partition } = first.query
    const indexes = new Map<string, Map<string, Wanted[]>>()
    let unreadable = 0
    const onRecord: ReadRequest['onRecord'] = (value, timestampMs, outcomes, formerGroup) => {
      const madeBy = formerGroup ?? groupId
      const byKey = getOrInsert(indexes, madeBy, () => indexed(wanted, madeBy))
      const isRead = unpackMarks(value, (mark, n) => {
        const wantedHere = byKey.get(keyOf(mark)) ?? []
        const outcome = outcomeAt(outcomes, n)
        for (const each of wantedHere) apply(each, mark[3]!, timestampMs, outcome)
      })
      if (!isRead) unreadable += 1
    }
    try {
      await marksLog.read({ topic, partition, maxRecords: Infinity, lost: signal, onRecord })
      for (const each of wanted) each.completion ??= absent(unreadable)
    } catch (error) {
      const why = messageOf(error)
      for (const each of wanted) each.completion ??= { type: 'unknown', why }
    }
  }

  /** As in the store, the oldest mark of a key that has not expired counts. */
  function apply(
    wanted: Wanted,
    word: number,
    atMs: number,
    outcome: MarkedOutcome | undefined,
  ): void {
    if (wanted.completion?.type === 'completed' && !wanted.completion.expired) return
    const same = isFormer(word) ? wanted.formerWord : wanted.word
    const content = word === same ? 'same' : 'other'
    const expired = atMs + ttlMs <= clock.now()
    wanted.completion = { type: 'completed', outcome, atMs, content, expired }
  }

  return {
    async find(deliveries) {
      const wanted = deliveries.map((query): Wanted => {
        const word = markOf({ ...query, groupId }, query.hash)[3]!
        const former = formerWord(query.fingerprint)
        return { query, word, formerWord: former, completion: undefined }
      })
      for (const ofPartition of byPartition(wanted)) await readInto(ofPartition)
      return wanted.map(({ completion }) => completion as StoredCompletion)
    },
    close: () => marksLog.close(),
  }
}

/** By the keys of the marks that this group makes. */
function indexed(wanted: readonly Wanted[], groupId: string): Map<string, Wanted[]> {
  const byKey = new Map<string, Wanted[]>()
  for (const each of wanted) {
    const key = keyOf(markOf({ ...each.query, groupId }, each.query.hash))
    getOrInsert<string, Wanted[]>(byKey, key, () => []).push(each)
  }
  return byKey
}

function byPartition(wanted: readonly Wanted[]): Iterable<Wanted[]> {
  const partitions = new Map<string, Wanted[]>()
  for (const each of wanted) {
    const name = partitionName(each.query)
    partitions.set(name, [...(partitions.get(name) ?? []), each])
  }
  return partitions.values()
}

function absent(unreadable: number): StoredCompletion {
  const why = 'its partition of the marks topic has no mark for it'
  if (unreadable === 0) return { type: 'none', why }
  return { type: 'unknown', why: `${why} that this version can read` }
}

function keyOf(mark: Uint32Array): string {
  return `${mark[0]},${mark[1]},${mark[2]}`
}
