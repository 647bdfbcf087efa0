import type { SourceRecord } from '../../event/record.ts'

interface Seen {
  lastMs: number
  lastOffset: number
  /** Of the newest one by the time in question; undefined if there is none. */
  asOf: { ms: number; offset: number } | undefined
}

/**
 * Which record of each key of a partition is the newest, as of a time, where the newest one need not be the
 * last: a mirror that copies a log again puts old records behind new ones, and may end before it comes to
 * those again. The writers' times decide, which never go back in a partition. Offsets are the mirror's own,
 * and the first copy of an old record may have been compacted away.
 */
export class NewestByKey {
  readonly #untilMs: number
  readonly #keys = new Map<string, Seen>()
  #later = 0
  #newestMs = 0

  constructor(untilMs = Infinity) {
    this.#untilMs = untilMs
  }

  /** How many records are from after the time. */
  get later(): number {
    return this.#later
  }

  /** Of all records. */
  get newestMs(): number {
    return this.#newestMs
  }

  /** How many keys have a last record that is older than one before it, of those by the time. */
  get older(): number {
    let count = 0
    for (const { lastMs, asOf } of this.#keys.values()) {
      if (asOf !== undefined && lastMs < asOf.ms) count += 1
    }
    return count
  }

  /** Records in the order of the log. Those without a key don't count. */
  take({ key, timestampMs, offset }: Pick<SourceRecord, 'key' | 'timestampMs' | 'offset'>): void {
    if (key === null) return
    const name = key.toString('latin1')
    const seen = this.#keys.get(name)
    const isLater = timestampMs > this.#untilMs
    if (isLater) this.#later += 1
    this.#newestMs = Math.max(this.#newestMs, timestampMs)
    const isNewest = !isLater && timestampMs >= (seen?.asOf?.ms ?? -Infinity)
    this.#keys.set(name, {
      lastMs: timestampMs,
      lastOffset: offset,
      asOf: isNewest ? { ms: timestampMs, offset } : seen?.asOf,
    })
  }

  /** The keys whose last record is another one than the newest, and the offset of that; undefined if there is none. */
  *changed(): Iterable<[name: string, offset: number | undefined]> {
    for (const [name, { lastOffset, asOf }] of this.#keys) {
      if (asOf?.offset !== lastOffset) yield [name, asOf?.offset]
    }
  }
}
