import { placeOf, type SourceRecord } from '../event/record.ts'
import { discardIn } from './discard.ts'
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

/**
 * The dead letters of a group in one partition that are open: neither redriven nor discarded, nor
 * removed by Kafka. It is given the records of that partition, and those of the redrive topic.
 */
export class OpenDeadLetters {
  #groupId: string
  #open = new Map<number, Kept>()
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

  /** In the order of the partition. A discard is behind its dead letter. */
  takeDeadLetter(record: SourceRecord): void {
    this.#next = record.offset + 1
    const discard = discardIn(record)
    if (discard === undefined) this.#add(record)
    else this.#settle(record, discard)
  }

  #add(record: SourceRecord): void {
    const { letter } = readDeadLetter(record)
    const { plugin, timestampMs, origin, groupId = '' } = letter
    if (groupId !== '' && groupId !== this.#groupId) return
    const ahead = this.#redrivenAhead.get(record.offset)
    if (this.#redrivenAhead.delete(record.offset) && isSame(ahead, origin)) return
    if (this.#open.size >= KEPT_MAX) this.#isFull = true
    else this.#open.set(record.offset, { plugin, timestampMs, groupId, origin })
  }

  /** `letters` is the partition of the dead letters that were read. */
  takeRedrive(record: SourceRecord, letters: Pick<SourceRecord, 'topic' | 'partition'>): void {
    const redriven = redrivenDeadLetterOf(record)
    if (redriven !== undefined) this.#settle(letters, redriven)
  }

  /** Kafka has removed all below this offset. */
  removeBelow(logStart: number): void {
    for (const offset of this.#open.keys()) {
      if (offset >= logStart) return
      this.#open.delete(offset)
    }
  }

  #settle(
    { topic, partition }: Pick<SourceRecord, 'topic' | 'partition'>,
    { place, groupId, origin }: { place: string; groupId: string; origin?: string | undefined },
  ): void {
    const offset = Number(place.slice(place.lastIndexOf('@') + 1))
    if (place !== placeOf({ topic, partition, offset })) return
    const open = this.#open.get(offset)
    if (open?.groupId === groupId && isSame(origin, open.origin)) this.#open.delete(offset)
    const isAhead = offset >= this.#next && groupId === this.#groupId
    if (isAhead && this.#redrivenAhead.size < KEPT_MAX) this.#redrivenAhead.set(offset, origin)
  }
}

/** What older versions settled says no origin. */
function isSame(settled: string | undefined, letter: string | undefined): boolean {
  return settled === undefined || settled === letter
}
