import type { LabelValues, Metric, Registry } from 'prom-client'

/** One series of a histogram. */
export interface Distribution {
  observe(value: number): void
}

export interface TalliedHistogramOptions<Label extends string> {
  name: string
  help: string
  labelNames: readonly Label[]
  /** Upper bounds, the least first. */
  buckets: readonly number[]
  registers: readonly Registry[]
}

/**
 * A histogram for what happens with every delivery. prom-client's looks a series up by the text of
 * its labels each time that something is observed; here a series is looked up once.
 */
export class TalliedHistogram<Label extends string> {
  readonly name: string
  readonly type = 'histogram'
  readonly help: string
  readonly labelNames: readonly Label[]
  readonly #bounds: readonly number[]
  readonly #series: Series<Label>[] = []

  constructor({ name, help, labelNames, buckets, registers }: TalliedHistogramOptions<Label>) {
    this.name = name
    this.help = help
    this.labelNames = labelNames
    this.#bounds = buckets
    // A registry asks its metrics for no more than a name and `get`.
    for (const register of registers) register.registerMetric(this as unknown as Metric)
  }

  /** The distribution of these labels: ask once, and keep it. */
  of(labels: LabelValues<Label>): Distribution {
    const series = new Series(labels, this.#bounds)
    this.#series.push(series)
    return series
  }

  async get() {
    const values = this.#series.flatMap((series) => series.values(this.name))
    const { name, help, type } = this
    return { name, help, type, aggregator: 'sum', values }
  }
}

class Series<Label extends string> implements Distribution {
  readonly #labels: LabelValues<Label>
  readonly #bounds: readonly number[]
  /** How many fell between a bound and the one below; the last are those above all bounds. */
  readonly #counts: number[]
  #sum = 0

  constructor(labels: LabelValues<Label>, bounds: readonly number[]) {
    this.#labels = labels
    this.#bounds = bounds
    this.#counts = [...bounds, Infinity].map(() => 0)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let place = 0
    while (place < bounds.length && value > (bounds[place] as number)) place++
    this.#counts[place]! += 1
    this.#sum += value
  }

  /** Counts of buckets include those of the buckets below. */
  values(name: string) {
    const labels = this.#labels
    let count = 0
    const buckets = this.#counts.map((own, place) => {
      const le = this.#bounds[place] ?? '+Inf'
      count += own
      return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}
