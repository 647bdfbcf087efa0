import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { ClaimResult, DeliveryKey, IdempotencyStore, OwnedBy } from '../store.ts'
import { markOf, unpackMarks } from './mark-format.ts'
import { MarkWriter } from './mark-writer.ts'
import type { MarksLog } from './marks-log-port.ts'
import { PartitionMarks } from './partition-marks.ts'

export interface KafkaStoreOptions {
  marksLog: MarksLog
  groupId: string
  clock: Pick<Clock, 'now' | 'after'>
  ttlMs: number
  /** Of all owned partitions together. The oldest are dropped beyond it. */
  maxMarks: number
  reports: KafkaStoreReports
}

export interface KafkaStoreReports {
  /** Marks were forgotten before their time. */
  onEvict(count: number): void
  /** Records of a ledger were skipped, because this version can't read them. */
  onUnreadable(partition: string, records: number): void
  onReadBack(partition: string, marks: number, durationMs: number): void
  /** It is tried again; until then nothing is committed. */
  onWriteFailed(error: string, unwritten: number): void
}

/** A partition, whoever owns it now. */
interface Place {
  name: string
  /** While it is ours. */
  ownership: Ownership | undefined
  /** By plugin, the ids that are claimed: for an ownership that has ended, too. */
  claimed: Map<string, Set<string>>
}

interface Ownership {
  lost: AbortSignal
  /** Resolves when the marks of the former owners are known. */
  known: Promise<void>
}

/**
 * Marks in Kafka. Who owns the partition may handle its events, so there are no claims to write:
 * only marks are, into a ledger topic, and the next owner reads them before its first delivery. A
 * mark that a former owner writes late is true all the same.
 */
export function createKafkaStore(options: KafkaStoreOptions): IdempotencyStore {
  const { marksLog, groupId, clock, reports } = options
  const marks = new PartitionMarks({ ...options, onEvict: reports.onEvict })
  const onWriteFailed = (error: unknown, unwritten: number) =>
    reports.onWriteFailed(messageOf(error), unwritten)
  const writer = new MarkWriter({ log: marksLog, clock, onWriteFailed })
  const places = new Map<string, Map<number, Place>>()

  function claim(key: DeliveryKey, fingerprint: string): ClaimResult {
    const { plugin, eventId } = key
    const { name, ownership, claimed } = placeOf(key)
    if (writer.isFull) throw unwritable(writer.unwritten)
    if (ownership === undefined) throw notOwned(name)
    const mark = markOf({ groupId, plugin, eventId }, fingerprint)
    const completedWith = marks.find(name, mark)
    if (completedWith !== undefined) {
      const isSame = completedWith === mark[3]
      return { type: 'completed', fingerprint: isSame ? fingerprint : `${completedWith}` }
    }
    const ids = getOrInsert(claimed, plugin, () => new Set<string>())
    if (ids.has(eventId)) return { type: 'claimed-elsewhere' }
    ids.add(eventId)
    return { type: 'claimed', claim: { complete, release } }

    function complete(): void {
      release()
      if (marks.find(name, mark) !== undefined) return
      marks.add(name, mark, clock.now())
      writer.add(key.topic, key.partition, mark)
    }

    function release(): void {
      ids.delete(eventId)
    }
  }

  function placeOf({ topic, partition }: { topic: string; partition: number }): Place {
    const ofTopic = getOrInsert(places, topic, () => new Map<number, Place>())
    return getOrInsert(ofTopic, partition, () => {
      return { name: `${topic}/${partition}`, ownership: undefined, claimed: new Map() }
    })
  }

  function open(owned: OwnedBy): Promise<void> {
    const place = placeOf(owned)
    if (place.ownership?.lost === owned.lost) return place.ownership.known
    const ownership = { lost: owned.lost, known: readBack(owned, place.name) }
    const forget = () => {
      if (place.ownership !== ownership) return
      place.ownership = undefined
      marks.close(place.name)
    }
    place.ownership = ownership
    ownership.known.catch(forget)
    owned.lost.addEventListener('abort', forget, { once: true })
    return ownership.known
  }

  async function readBack({ topic, partition, lost }: OwnedBy, name: string): Promise<void> {
    const startMs = clock.now()
    marks.open(name)
    // What an earlier ownership of ours left unwritten must be in the ledger before it is read.
    await writer.flush()
    let count = 0
    let unreadable = 0
    const onRecord = (value: Buffer | null, timestampMs: number) => {
      const isRead = unpackMarks(value, (mark) => {
        count += 1
        marks.add(name, mark, timestampMs)
      })
      if (!isRead) unreadable += 1
    }
    const request = { topic, partition, lost, maxRecords: options.maxMarks, onRecord }
    const { skipped } = await marksLog.read(request)
    if (lost.aborted) throw notOwned(name)
    // A record holds one mark at least: those that were skipped would have been evicted.
    if (skipped > 0) reports.onEvict(skipped)
    if (unreadable > 0) reports.onUnreadable(name, unreadable)
    reports.onReadBack(name, count, clock.now() - startMs)
  }

  return {
    name: 'kafka',
    open,
    claim,
    flush: () => writer.flush(),
    async close() {
      await writer.close()
      await marksLog.close()
    },
  }
}

function unwritable(unwritten: number): InventoryEventsError {
  const message = `${unwritten} marks of completed events wait to be written to Kafka`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

function notOwned(partition: string): InventoryEventsError {
  const message = `partition ${partition} is not owned, or its marks are not read back`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
