import { placeOf, type SourceRecord } from '../event/record.ts'
import { type Decision, decisionIn } from './decision.ts'
import { readDeadLetter } from './read-dead-letter.ts'
import { redrivenDeadLetterOf } from './redrive-record.ts'

export interface OpenDeadLetter {
  /** Undefined if its headers don't say. */
  plugin: string | undefined
  /** When it was written. */
  timestampMs: number
}

interface Kept extends OpenDeadLetter {
  groupId: string
  origin: string | undefined
}

/** More are not counted until half of these are settled. */
const KEPT_MAX = 20_000
/** Of those that were discarded, the newest: one that is restored after so many more is not counted. */
const DISCARDED_MAX = 20_000

/**
 * The dead letters of a group in one partition that are open: neither redriven nor discarded, nor
 * removed by Kafka. It is given the records of that partition, and those of the redrive topic.
 */
export class OpenDeadLetters {
  #groupId: string
  #open = new Map<number, Kept>()
  /** A discard can be taken back. */
  #discarded = new Map<number, Kept>()
  /** Redriven ones that are not read yet, because the redrive topic was read further. */
  #redrivenAhead = new Map<number, string | undefined>()
  #next = 0
  #isFull = false

  constructor(groupId: string) {
    this.#groupId = groupId
  }

  /** Whether there was no room for all of them and there is now: reading has to start again. */
  get isIncomplete(): boolean {
    return this.#isFull && this.#open.size <= KEPT_MAX / 2
  }

  values(): Iterable<OpenDeadLetter> {
    return this.#open.values()
  }

  /** In the order of the partition. A decision is behind its dead letter. */
  takeDeadLetter(record: SourceRecord): void {
    this.#next = record.offset + 1
    const decision = decisionIn(record)
    if (decision === undefined) this.#add(record)
    else this.#decide(record, decision)
  }

  #add(record: SourceRecord): void {
    const { letter } = readDeadLetter(record)
    const { plugin, timestampMs, origin, groupId = '' } = letter
    if (groupId !== '' && groupId !== this.#groupId) return
    const ahead = this.#redrivenAhead.get(record.offset)
    if (this.#redrivenAhead.delete(record.offset) && isSame(ahead, origin)) return
    this.#keep(record.offset, { plugin, timestampMs, groupId, origin })
  }

  #keep(offset: number, kept: Kept): void {
    if (this.#open.size >= KEPT_MAX) this.#isFull = true
    else this.#open.set(offset, kept)
  }

  /** `letters` is the partition of the dead letters that were read. */
  takeRedrive(record: SourceRecord, letters: Letters): void {
    const redriven = redrivenDeadLetterOf(record)
    const offset = redriven === undefined ? undefined : offsetIn(letters, redriven.place)
    if (redriven === undefined || offset === undefined) return
    for (const kept of [this.#open, this.#discarded]) {
      if (isOf(kept.get(offset), redriven)) kept.delete(offset)
    }
    const { groupId, origin } = redriven
    const isAhead = offset >= this.#next && groupId === this.#groupId
    if (isAhead && this.#redrivenAhead.size < KEPT_MAX) this.#redrivenAhead.set(offset, origin)
  }

  /** Kafka has removed all below this offset. */
  removeBelow(logStart: number): void {
    for (const kept of [this.#open, this.#discarded]) {
      for (const offset of kept.keys()) if (offset < logStart) kept.delete(offset)
    }
  }

  #decide(letters: Letters, decision: Decision): void {
    const offset = offsetIn(letters, decision.place)
    if (offset === undefined) return
    const from = decision.type === 'discard' ? this.#open : this.#discarded
    const kept = from.get(offset)
    if (kept === undefined || !isOf(kept, decision)) return
    from.delete(offset)
    if (decision.type === 'restore') this.#keep(offset, kept)
    else this.#keepDiscarded(offset, kept)
  }

  #keepDiscarded(offset: number, kept: Kept): void {
    this.#discarded.set(offset, kept)
    const [oldest] = this.#discarded.keys()
    if (this.#discarded.size > DISCARDED_MAX && oldest !== undefined) this.#discarded.delete(oldest)
  }
}

type Letters = Pick<SourceRecord, 'topic' | 'partition'>

/** The offset of a dead letter of this partition; undefined if the place is another's. */
function offsetIn({ topic, partition }: Letters, place: string): number | undefined {
  const offset = Number(place.slice(place.lastIndexOf('@') + 1))
  return place === placeOf({ topic, partition, offset }) ? offset : undefined
}

function isOf(
  kept: Kept | undefined,
  { groupId, origin }: { groupId: string; origin?: string | undefined },
): boolean {
  return kept?.groupId === groupId && isSame(origin, kept.origin)
}

/** What older versions settled says no origin. */
function isSame(settled: string | undefined, letter: string | undefined): boolean {
  return settled === undefined || settled === letter
}
