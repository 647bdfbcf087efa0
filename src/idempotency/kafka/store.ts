import type { MarkedOutcome } from '../../event/outcome.ts'
import { partitionName } from '../../event/record.ts'
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
  clock: Pick<Clock, 'now' | 'elapsedMs' | 'after'>
  ttlMs: number
  /** Limit over all owned partitions; beyond it the oldest marks are evicted. */
  maxMarks: number
  reports: KafkaStoreReports
}

export interface KafkaStoreReports {
  /** Marks were evicted before they expired. */
  onEvict(count: number): void
  /** Records of a marks topic were skipped, because this version cannot read them. */
  onUnreadable(partition: string, records: number): void
  onReadBack(partition: string, marks: number, durationMs: number): void
  /** A write failed. It will be retried; until it succeeds nothing is committed. */
  onWriteFailed(error: string, unwritten: number): void
}

/** State of a partition, owned by this process or not. */
interface PartitionState {
  name: string
  /** Set while this process owns the partition. */
  ownership: Ownership | undefined
  /** The claimed event ids by plugin, including claims made under an ownership that has ended. */
  claimed: Map<string, Set<string>>
}

interface Ownership {
  lost: AbortSignal
  /** Resolves when the marks of previous owners are loaded. */
  loaded: Promise<void>
}

/**
 * Stores marks in Kafka. Only the owner of a partition handles its events, so claims need not be
 * written. Marks are written to a marks topic, and the next owner reads them before its first
 * delivery. A mark that a former owner writes late is still valid.
 */
export function createKafkaStore(options: KafkaStoreOptions): IdempotencyStore {
  const { marksLog, groupId, clock, ttlMs, maxMarks, reports } = options
  const marks = new PartitionMarks({ clock, ttlMs, maxMarks, onEvict: reports.onEvict })
  const onWriteFailed = (error: unknown, unwritten: number) =>
    reports.onWriteFailed(messageOf(error), unwritten)
  const writer = new MarkWriter({ log: marksLog, clock, onWriteFailed })
  const partitions = new Map<string, Map<number, PartitionState>>()

  function claim(key: DeliveryKey, fingerprint: string): ClaimResult {
    const { plugin, eventId } = key
    const { name, ownership, claimed } = stateOf(key)
    if (writer.isFull) throw tooManyUnwritten(writer.unwritten)
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

    function complete(outcome: MarkedOutcome): void {
      release()
      if (marks.find(name, mark) !== undefined) return
      marks.add(name, mark, clock.now())
      writer.add(key.topic, key.partition, { mark, outcome })
    }

    function release(): void {
      ids.delete(eventId)
    }
  }

  function stateOf(of: { topic: string; partition: number }): PartitionState {
    const ofTopic = getOrInsert(partitions, of.topic, () => new Map<number, PartitionState>())
    return getOrInsert(ofTopic, of.partition, () => {
      return { name: partitionName(of), ownership: undefined, claimed: new Map() }
    })
  }

  function open(owned: OwnedBy): Promise<void> {
    const state = stateOf(owned)
    if (state.ownership?.lost === owned.lost) return state.ownership.loaded
    const ownership = { lost: owned.lost, loaded: readBack(owned, state.name) }
    const forget = () => {
      if (state.ownership !== ownership) return
      state.ownership = undefined
      marks.close(state.name)
    }
    state.ownership = ownership
    ownership.loaded.catch(forget)
    owned.lost.addEventListener('abort', forget, { once: true })
    return ownership.loaded
  }

  async function readBack({ topic, partition, lost }: OwnedBy, name: string): Promise<void> {
    const startMs = clock.elapsedMs()
    marks.open(name)
    // Marks that an earlier ownership left unwritten must be in the topic before it is read.
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
    const request = { topic, partition, lost, maxRecords: maxMarks, onRecord }
    const { skipped } = await marksLog.read(request)
    if (lost.aborted) throw notOwned(name)
    // A record holds at least one mark, so the marks of skipped records would have been evicted.
    if (skipped > 0) reports.onEvict(skipped)
    if (unreadable > 0) reports.onUnreadable(name, unreadable)
    reports.onReadBack(name, count, clock.elapsedMs() - startMs)
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

function tooManyUnwritten(unwritten: number): InventoryEventsError {
  const message = `${unwritten} marks of completed events are waiting to be written to Kafka`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

function notOwned(partition: string): InventoryEventsError {
  const message = `partition ${partition} is not owned, or its marks have not been read back`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
