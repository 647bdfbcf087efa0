import { Counter, type CounterConfiguration, type LabelValues } from 'prom-client'

/** One series of a counter. Increment `count`; it is added to the counter at each scrape. */
export interface Tally {
  count: number
}

/**
 * A counter for per-record events. prom-client looks a series up by its label text on every
 * increment; a tally is looked up once.
 */
export class TalliedCounter<Label extends string> extends Counter<Label> {
  readonly #tallies: { series: readonly LabelValues<Label>[]; tally: Tally }[] = []

  constructor(configuration: CounterConfiguration<Label>) {
    super({ ...configuration, collect: () => this.#collect() })
  }

  /** Creates the tally of these labels. Call once and keep it. */
  tallyOf(labels: LabelValues<Label>): Tally {
    return this.tallyOfEach([labels])
  }

  /** Creates one tally that counts for each of these series. Call once and keep it. */
  tallyOfEach(series: readonly LabelValues<Label>[]): Tally {
    const tally = { count: 0 }
    this.#tallies.push({ series, tally })
    return tally
  }

  #collect(): void {
    for (const { series, tally } of this.#tallies) {
      if (tally.count > 0) for (const labels of series) this.inc(labels, tally.count)
      tally.count = 0
    }
  }
}
