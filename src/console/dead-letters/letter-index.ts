import { type Decision, decisionIn } from '../../dead-letter/decision.ts'
import { readDeadLetter } from '../../dead-letter/read-dead-letter.ts'
import { redrivenDeadLetterOf } from '../../dead-letter/redrive-record.ts'
import { partitionName, type SourceRecord } from '../../event/record.ts'
import { type LetterRow, rowMaker } from '../view/dead-letters/letter-row.ts'

interface Letter {
  place: string
  groupId?: string | undefined
  origin?: string | undefined
}

/** About 30 MB. */
const OPEN_MAX = 50_000
/** Those that were redriven or discarded, the newest. */
const SETTLED_MAX = 20_000
/** Redrives of letters that are not read yet: 15 MB, and only while they are read. */
const AHEAD_MAX = 100_000

/**
 * The dead letters of a group, in bounded memory: all open ones while they fit, and those that were
 * settled last. It is given the records of each partition in order.
 */
export class LetterIndex {
  readonly #groupId: string
  readonly #openMax: number
  readonly #rowOf = rowMaker()
  readonly #open = new Map<string, LetterRow>()
  readonly #settled = new Map<string, LetterRow>()
  readonly #ahead = new Map<string, { letter: Letter; atMs: number }>()
  /** By partition, the offset behind the last letter that was read. */
  readonly #next = new Map<string, number>()
  #changes = 0
  #leftOut = 0
  #forgotten = 0

  constructor(groupId: string, openMax = OPEN_MAX) {
    this.#groupId = groupId
    this.#openMax = openMax
  }

  /** How often something has changed. */
  get changes(): number {
    return this.#changes
  }

  /** How many found no room. */
  get leftOut(): number {
    return this.#leftOut + this.#forgotten
  }

  /** Whether there is room again for what was left out: reading has to start again, with a new index. */
  get isIncomplete(): boolean {
    return this.#leftOut > 0 && this.#open.size <= this.#openMax / 2
  }

  open(): Iterable<LetterRow> {
    return this.#open.values()
  }

  settled(): Iterable<LetterRow> {
    return this.#settled.values()
  }

  at(place: string): LetterRow | undefined {
    return this.#open.get(place) ?? this.#settled.get(place)
  }

  takeDeadLetter(record: SourceRecord): void {
    this.#next.set(partitionName(record), record.offset + 1)
    const decision = decisionIn(record)
    if (decision === undefined) this.#takeLetter(record)
    else this.decide(decision)
  }

  #takeLetter(record: SourceRecord): void {
    const read = readDeadLetter(record)
    const { groupId = '', place } = read.letter
    if (groupId !== '' && groupId !== this.#groupId) return
    const row = this.#rowOf(read, record)
    const ahead = this.#ahead.get(place)
    this.#ahead.delete(place)
    if (ahead !== undefined && isOf(row, ahead.letter)) this.#settle(redriven(row, ahead))
    else this.#add(row)
  }

  takeRedrive(record: SourceRecord): void {
    const letter = redrivenDeadLetterOf(record)
    if (letter !== undefined) this.redriven(letter, record.timestampMs)
  }

  redriven(letter: Letter, atMs: number): void {
    const row = this.at(letter.place)
    if (row !== undefined && isOf(row, letter)) {
      if (row.status !== 'redriven') this.#settle(redriven(row, { atMs }))
    } else if (letter.groupId === this.#groupId && this.#ahead.size < AHEAD_MAX) {
      this.#ahead.set(letter.place, { letter, atMs })
    }
  }

  /** All was read to its end: what was redriven of letters that were read is not ahead any more. */
  endRound(): void {
    for (const place of this.#ahead.keys()) {
      const end = place.lastIndexOf('@')
      const next = this.#next.get(place.slice(0, end)) ?? 0
      if (!(Number(place.slice(end + 1)) >= next)) this.#ahead.delete(place)
    }
  }

  decide({ type, by, at, why, ...letter }: Decision): void {
    const row = this.at(letter.place)
    if (row === undefined && type === 'restore' && letter.groupId === this.#groupId) {
      this.#forgotten += 1
    }
    if (row === undefined || row.status === 'redriven' || !isOf(row, letter)) return
    switch (type) {
      case 'discard': {
        const settledMs = Date.parse(at) || row.atMs
        this.#settle({ ...row, status: 'discarded', settledMs, by, why })
        break
      }
      case 'restore': {
        if (!this.#settled.delete(row.place)) break
        this.#add({ ...row, status: 'open', settledMs: null, by: null, why: null })
        break
      }
    }
  }

  /** Kafka has removed all below this offset of a partition of dead letters. */
  removeBelow({ topic, partition }: { topic: string; partition: number }, logStart: number): void {
    for (const rows of [this.#open, this.#settled]) {
      for (const row of rows.values()) {
        const isGone = row.offset < logStart && row.topic === topic && row.partition === partition
        if (isGone && rows.delete(row.place)) this.#changes += 1
      }
    }
  }

  #add(row: LetterRow): void {
    this.#changes += 1
    if (this.#open.size >= this.#openMax) this.#leftOut += 1
    else this.#open.set(row.place, row)
  }

  #settle(row: LetterRow): void {
    this.#changes += 1
    this.#open.delete(row.place)
    this.#settled.set(row.place, row)
    const [oldest] = this.#settled.keys()
    if (this.#settled.size > SETTLED_MAX && oldest !== undefined) this.#settled.delete(oldest)
  }
}

function redriven(row: LetterRow, { atMs }: { atMs: number }): LetterRow {
  return { ...row, status: 'redriven', settledMs: atMs, by: null, why: null }
}

/** What older versions settled says no origin. */
function isOf(row: LetterRow, { groupId = '', origin }: Letter): boolean {
  return row.groupId === groupId && (origin === undefined || origin === row.origin)
}
