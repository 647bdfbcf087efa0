import { headerText } from '../event/headers.ts'
import { placeOf, type SourceRecord } from '../event/record.ts'
import { timestampText } from '../event/time/timestamp.ts'

/** An example record. Its time is RFC 3339 in UTC, its place `topic/partition@offset`. */
export interface Example {
  time: string
  place: string
  /** The event's name. The name and the id are null if they can't be read. */
  name: string | null
  id: string | null
  /** The record key. */
  entity: string | null
  /** The clause that decided, if that was asked for. */
  why?: string
  /** What may be shown of the event, if that was asked for. */
  content?: unknown
}

/** A count of records, by group; the largest group first. */
export interface Tallied {
  count: number
  groups: { group: string; count: number; examples: Example[] }[]
}

interface Group {
  count: number
  examples: Example[]
}

/** Further groups are counted together. Plugin events may have any number of names. */
const GROUPS_MAX = 100
export const OTHERS = '(others)'
const TEXT_CHARS_MAX = 300

/** Counts records by group and keeps the first few examples of each. Memory is bounded. */
export class Tally {
  #count = 0
  #groups = new Map<string, Group>()
  readonly #examplesMax: number

  /** `examplesMax` is per group. */
  constructor(examplesMax: number) {
    this.#examplesMax = examplesMax
  }

  get count(): number {
    return this.#count
  }

  add(group: string, example: () => Example): void {
    this.#count += 1
    const found = this.#groupOf(brief(group))
    found.count += 1
    if (found.examples.length < this.#examplesMax) found.examples.push(example())
  }

  report(): Tallied {
    const groups = [...this.#groups].map(([group, { count, examples }]) => ({
      group,
      count,
      examples: examples.toSorted((a, b) => (a.time < b.time ? -1 : 1)),
    }))
    return { count: this.#count, groups: groups.sort((a, b) => b.count - a.count) }
  }

  #groupOf(name: string): Group {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    if (this.#groups.size >= GROUPS_MAX && name !== OTHERS) return this.#groupOf(OTHERS)
    const fresh: Group = { count: 0, examples: [] }
    this.#groups.set(name, fresh)
    return fresh
  }
}

export interface ExampleDetails {
  name?: string | undefined
  id?: string | undefined
  why?: string
  content?: unknown
}

/** Headers stand in for a name or id that can't be read from the payload. */
export function exampleOf(
  record: SourceRecord,
  { name, id, why, content }: ExampleDetails,
): Example {
  const orNull = (text: string | undefined) => (text === undefined ? null : brief(text))
  return {
    time: timestampText(record.timestampMs),
    place: placeOf(record),
    name: orNull(name ?? headerText(record, 'ce_type')),
    id: orNull(id ?? headerText(record, 'ce_id')),
    entity: orNull(record.key?.toString()),
    ...(why !== undefined && { why: brief(why) }),
    ...(content !== undefined && { content }),
  }
}

function brief(text: string): string {
  return text.length > TEXT_CHARS_MAX ? `${text.slice(0, TEXT_CHARS_MAX)}...` : text
}
