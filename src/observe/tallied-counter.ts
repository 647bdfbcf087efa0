import { Counter, type CounterConfiguration, type LabelValues } from 'prom-client'

/** One series of a counter. Raise `count`; it goes into the counter when that is read. */
export interface Tally {
  count: number
}

/**
 * A counter for what happens with every record. Counting by labels looks a series up by the text of
 * its labels each time; a tally is looked up once.
 */
export class TalliedCounter<Label extends string> extends Counter<Label> {
  readonly #tallies: { labels: LabelValues<Label>; tally: Tally }[] = []

  constructor(configuration: CounterConfiguration<Label>) {
    super({ ...configuration, collect: () => this.#collect() })
  }

  /** The tally of these labels: ask once, and keep it. */
  tallyOf(labels: LabelValues<Label>): Tally {
    const tally = { count: 0 }
    this.#tallies.push({ labels, tally })
    return tally
  }

  #collect(): void {
    for (const { labels, tally } of this.#tallies) {
      if (tally.count > 0) this.inc(labels, tally.count)
      tally.count = 0
    }
  }
}
