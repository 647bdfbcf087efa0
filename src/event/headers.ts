import { getOrInsert } from '../util/get-or-insert.ts'

/** A header of a Kafka record, as any client may write it. */
export interface RecordHeader {
  /** The bytes, if they are not UTF-8. */
  readonly name: string | Buffer
  readonly value: HeaderValue
}

type HeaderValue = Buffer | string | null

/** One value of each name; undefined for none. */
export type HeadersByName = Readonly<Record<string, HeaderValue | undefined>>

/**
 * The headers of a record, in their order. A name may repeat: where one value is asked for, it is the
 * last one, as in Kafka's clients.
 */
export interface RecordHeaders extends Iterable<RecordHeader> {
  /** As an array, which takes a fraction of the time that iterating does. */
  readonly all: readonly RecordHeader[]
  /** The value of that name; undefined without one. */
  last(name: string): HeaderValue | undefined
  /** Whether that value is these bytes; undefined if there is none, or null. */
  lastEquals(name: string, bytes: Buffer, start: number, end: number): boolean | undefined
  /** As above, for a text. */
  lastIsText(name: string, text: string): boolean | undefined
  /** About the bytes of all names and values. */
  readonly size: number
}

/** Headers in objects, to be written or in tests. */
export class HeaderList implements RecordHeaders {
  readonly all: readonly RecordHeader[]
  #size: number | undefined

  constructor(all: readonly RecordHeader[]) {
    this.all = all
  }

  last(name: string): HeaderValue | undefined {
    return this.all.findLast((each) => each.name === name)?.value
  }

  lastEquals(name: string, bytes: Buffer, start: number, end: number): boolean | undefined {
    const value = this.last(name)
    return value == null ? undefined : bytes.subarray(start, end).equals(bufferOf(value))
  }

  lastIsText(name: string, text: string): boolean | undefined {
    const value = this.last(name)
    return value == null ? undefined : value.toString() === text
  }

  get size(): number {
    this.#size ??= this.all.reduce(
      (sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value ?? ''),
      0,
    )
    return this.#size
  }

  [Symbol.iterator](): Iterator<RecordHeader> {
    return this.all[Symbol.iterator]()
  }
}

export const NO_HEADERS: RecordHeaders = new HeaderList([])

/** Headers by name, without those that are undefined, behind those of `before` with other names. */
export function headersOf(byName: HeadersByName, before?: Iterable<RecordHeader>): HeaderList {
  const added: RecordHeader[] = []
  for (const name of Object.keys(byName)) {
    const value = byName[name]
    if (value !== undefined) added.push({ name, value })
  }
  if (before === undefined) return new HeaderList(added)
  const names = new Set<string | Buffer>(added.map(({ name }) => name))
  return new HeaderList([...[...before].filter(({ name }) => !names.has(name)), ...added])
}

function bufferOf(value: Buffer | string): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value
}

/** The text of a header; undefined if there is none, or null. */
export function headerText(
  { headers }: { headers: RecordHeaders },
  name: string,
): string | undefined {
  return headers.last(name)?.toString()
}

/** What `shown` makes of the values, by name. A name that repeats has all of them in an array. */
export function headersByName<T>(
  headers: RecordHeaders,
  shown: (value: HeaderValue) => T,
): Record<string, T | T[]> {
  const byName = new Map<string, T[]>()
  for (const { name, value } of headers) {
    getOrInsert<string, T[]>(byName, name.toString(), () => []).push(shown(value))
  }
  return Object.fromEntries(
    [...byName].map(([name, all]) => [name, all.length > 1 ? all : all[0]!]),
  )
}
