import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { DeliveryQuery, MarksLookup, StoredCompletion } from '../lookup.ts'
import { markOf, unpackMarks } from './mark-format.ts'
import type { MarksLog } from './marks-log-port.ts'

export interface KafkaLookupOptions {
  marksLog: Pick<MarksLog, 'read' | 'close'>
  groupId: string
  clock: Pick<Clock, 'now'>
  ttlMs: number
  signal: AbortSignal
}

interface Wanted {
  asked: DeliveryQuery
  key: string
  /** The word of the fingerprint. */
  print: number
  note: StoredCompletion | undefined
}

/** Reads the ledgers of the deliveries' partitions from start to end. */
export function lookUpInKafka(options: KafkaLookupOptions): MarksLookup {
  const { marksLog, groupId, clock, ttlMs, signal } = options

  async function readInto(wanted: readonly Wanted[]): Promise<void> {
    const [first] = wanted
    if (first === undefined) return
    const { topic, partition } = first.asked
    const byKey = new Map<string, Wanted[]>()
    for (const each of wanted) byKey.set(each.key, [...(byKey.get(each.key) ?? []), each])
    let unreadable = 0
    const onRecord = (value: Buffer | null, timestampMs: number) => {
      const isRead = unpackMarks(value, (mark) => {
        for (const each of byKey.get(keyOf(mark)) ?? []) note(each, mark[3]!, timestampMs)
      })
      if (!isRead) unreadable += 1
    }
    try {
      await marksLog.read({ topic, partition, maxRecords: Infinity, lost: signal, onRecord })
      for (const each of wanted) each.note ??= absent(unreadable)
    } catch (error) {
      const why = messageOf(error)
      for (const each of wanted) each.note ??= { type: 'unknown', why }
    }
  }

  /** As in the store: the oldest mark of a key counts that has not expired. */
  function note(wanted: Wanted, print: number, atMs: number): void {
    if (wanted.note?.type === 'completed' && !wanted.note.expired) return
    const content = print === wanted.print ? 'same' : 'other'
    wanted.note = { type: 'completed', atMs, content, expired: atMs + ttlMs <= clock.now() }
  }

  return {
    async find(deliveries) {
      const wanted = deliveries.map((asked): Wanted => {
        const mark = markOf({ ...asked, groupId }, asked.fingerprint)
        return { asked, key: keyOf(mark), print: mark[3]!, note: undefined }
      })
      for (const ofPartition of byPartition(wanted)) await readInto(ofPartition)
      return wanted.map(({ note }) => note as StoredCompletion)
    },
    close: () => marksLog.close(),
  }
}

function byPartition(wanted: readonly Wanted[]): Iterable<Wanted[]> {
  const partitions = new Map<string, Wanted[]>()
  for (const each of wanted) {
    const name = `${each.asked.topic}/${each.asked.partition}`
    partitions.set(name, [...(partitions.get(name) ?? []), each])
  }
  return partitions.values()
}

function absent(unreadable: number): StoredCompletion {
  const why = 'the ledger of its partition has no mark of it'
  if (unreadable === 0) return { type: 'none', why }
  return { type: 'unknown', why: `${why} that this version can read` }
}

function keyOf(mark: Uint32Array): string {
  return `${mark[0]},${mark[1]},${mark[2]}`
}
