import type { MarkedOutcome } from '../../event/outcome.ts'
import { partitionName } from '../../event/record.ts'
import type { FollowUpRecord } from '../../follow-up/follow-up.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { StateChange } from '../staged.ts'
import { StateTable } from '../state-table.ts'
import type { ClaimResult, DeliveryKey, IdempotencyStore, OwnedBy } from '../store.ts'
import { completed } from './completed.ts'
import { markOf, unpackMarks } from './mark-format.ts'
import { MarkWriter } from './mark-writer.ts'
import type { MarksLog, ReadRequest } from './marks-log-port.ts'
import { PartitionMarks } from './partition-marks.ts'
import { StagedByPlugin, takeStaged } from './staged-by-plugin.ts'
import { StagedTotal } from './staged-total.ts'
import { notOwned, tooManyUnwritten, withheldBecause } from './store-errors.ts'

export interface KafkaStoreOptions {
  marksLog: MarksLog
  groupId: string
  /** Slugs of the plugins that have state. Their marks are committed with it. */
  stateful: ReadonlySet<string>
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
  onReadBack(partition: string, counts: { marks: number; states: number }, durationMs: number): void
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
  /** The groups whose marks were copied here and have not all expired: they count as this group's. */
  formerGroups: Set<string>
}

interface Ownership {
  lost: AbortSignal
  /** Resolves when the marks of previous owners are loaded. */
  loaded: Promise<void>
  states: StateTable
  staged: StagedByPlugin
}

/**
 * Stores marks in Kafka. Only the owner of a partition handles its events, so claims need not be
 * written. Marks are written to a marks topic, and the next owner reads them before its first
 * delivery. A mark that a former owner writes late is still valid.
 */
export function createKafkaStore(options: KafkaStoreOptions): IdempotencyStore {
  const { marksLog, groupId, stateful, clock, ttlMs, maxMarks, reports } = options
  const marks = new PartitionMarks({ clock, ttlMs, maxMarks, onEvict: reports.onEvict })
  const onWriteFailed = (error: unknown, unwritten: number) =>
    reports.onWriteFailed(messageOf(error), unwritten)
  const writer = new MarkWriter({ log: marksLog, clock, onWriteFailed })
  const partitions = new Map<string, Map<number, PartitionState>>()
  let onLarge = () => {}
  const total = new StagedTotal(() => onLarge())
  /** The plugins whose part can't be committed, and why. */
  const withheld = new Map<string, Error>()

  function claim(key: DeliveryKey, contentHash: string): ClaimResult {
    const { plugin, eventId } = key
    const state = stateOf(key)
    const { name, ownership, claimed } = state
    if (writer.isFull) throw tooManyUnwritten(writer.unwritten)
    if (ownership === undefined) throw notOwned(name)
    if (withheld.has(plugin)) throw withheldBecause(plugin, withheld.get(plugin)!)
    if (total.isFull) throw tooManyUnwritten(total.deliveries)
    const mark = markOf({ groupId, plugin, eventId }, contentHash)
    const completedWith = marks.find(name, mark) ?? formerlyCompletedWith(state, key)
    if (completedWith !== undefined) return completed(completedWith, mark, contentHash)
    const ids = getOrInsert(claimed, plugin, () => new Set<string>())
    if (ids.has(eventId)) return { type: 'claimed-elsewhere' }
    ids.add(eventId)
    return { type: 'claimed', claim: { complete, release } }

    function complete(
      outcome: MarkedOutcome,
      change?: StateChange,
      followUps: readonly FollowUpRecord[] = [],
    ): void {
      release()
      if (stateful.has(plugin)) stage(outcome, change, followUps)
      else make(outcome)
    }

    function make(outcome: MarkedOutcome): void {
      if (marks.find(name, mark) !== undefined) return
      marks.add(name, mark, clock.now())
      writer.add(key.topic, key.partition, { mark, outcome })
    }

    /**
     * What completes after its ownership has ended does not count: the next owner handles the event
     * again, with the state that it has read.
     */
    function stage(
      outcome: MarkedOutcome,
      change: StateChange | undefined,
      followUps: readonly FollowUpRecord[],
    ): void {
      if (stateOf(key).ownership !== ownership) return
      if (change !== undefined) ownership!.states.set(plugin, change.key, change.text)
      marks.add(name, mark, clock.now())
      ownership!.staged.of(plugin).add({ mark, outcome, followUps }, change)
    }

    function release(): void {
      ids.delete(eventId)
    }
  }

  const owned = function* () {
    for (const [topic, ofTopic] of partitions) {
      for (const [partition, state] of ofTopic) {
        const { ownership } = state
        if (ownership === undefined) continue
        const isOwned = () => state.ownership === ownership
        yield { topic, partition, staged: ownership.staged, isOwned }
      }
    }
  }

  function formerlyCompletedWith(
    { name, formerGroups }: PartitionState,
    key: DeliveryKey,
  ): number | undefined {
    for (const formerGroup of formerGroups) {
      const found = marks.find(name, markOf({ ...key, groupId: formerGroup }, ''))
      if (found !== undefined) return found
    }
    return undefined
  }

  function stateOf(of: { topic: string; partition: number }): PartitionState {
    const ofTopic = getOrInsert(partitions, of.topic, () => new Map<number, PartitionState>())
    return getOrInsert(ofTopic, of.partition, () => {
      const name = partitionName(of)
      return { name, ownership: undefined, claimed: new Map(), formerGroups: new Set() }
    })
  }

  function open(owned: OwnedBy): Promise<void> {
    const state = stateOf(owned)
    if (state.ownership?.lost === owned.lost) return state.ownership.loaded
    const states = new StateTable()
    const staged = new StagedByPlugin(total)
    const loaded = readBack(owned, state, { states, staged })
    const ownership: Ownership = { lost: owned.lost, loaded, states, staged }
    const forget = () => {
      if (state.ownership !== ownership) return
      state.ownership = undefined
      ownership.staged.take()
      marks.close(state.name)
    }
    state.ownership = ownership
    ownership.loaded.catch(forget)
    owned.lost.addEventListener('abort', forget, { once: true })
    return ownership.loaded
  }

  async function readBack(
    { topic, partition, lost }: OwnedBy,
    { name, formerGroups }: PartitionState,
    { states, staged }: Pick<Ownership, 'states' | 'staged'>,
  ): Promise<void> {
    const startMs = clock.elapsedMs()
    marks.open(name)
    formerGroups.clear()
    // Marks that an earlier ownership left unwritten must be in the topic before it is read.
    await writer.flush()
    let count = 0
    let unreadable = 0
    const see = (timestampMs: number) => {
      staged.newestMs = Math.max(staged.newestMs, timestampMs)
    }
    const onRecord: ReadRequest['onRecord'] = (value, timestampMs, _, formerGroup) => {
      see(timestampMs)
      const isAlive = timestampMs + ttlMs > clock.now()
      if (formerGroup !== undefined && isAlive) formerGroups.add(formerGroup)
      const isRead = unpackMarks(value, (mark) => {
        count += 1
        marks.add(name, mark, timestampMs)
      })
      if (!isRead) unreadable += 1
    }
    // Before the marks: when all states are there, so are the marks of their transactions.
    if (stateful.size > 0) {
      await marksLog.readStates({
        ...{ topic, partition, lost },
        onState(name, text, timestampMs) {
          see(timestampMs)
          states.load(name, text)
        },
      })
    }
    const request = { topic, partition, lost, maxRecords: maxMarks, onRecord }
    const { skipped } = await marksLog.read(request)
    if (lost.aborted) throw notOwned(name)
    // A record holds at least one mark, so the marks of skipped records would have been evicted.
    if (skipped > 0) reports.onEvict(skipped)
    if (unreadable > 0) reports.onUnreadable(name, unreadable)
    const counts = { marks: count, states: states.size }
    reports.onReadBack(name, counts, clock.elapsedMs() - startMs)
  }

  return {
    name: 'kafka',
    compares: 'hashes',
    open,
    claim,
    stateOf: (place, plugin, key) => stateOf(place).ownership?.states.get(plugin, key),
    staging: {
      takes: (plugin) => stateful.has(plugin),
      has: (place) => stateOf(place).ownership?.staged.isEmpty === false,
      take: () => takeStaged(owned(), withheld),
      onLarge(listener) {
        onLarge = listener
      },
    },
    flush: () => writer.flush(),
    async close() {
      await writer.close()
      await marksLog.close()
    },
  }
}
