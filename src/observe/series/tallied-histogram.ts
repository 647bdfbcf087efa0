import type { LabelValues, Metric, Registry } from 'prom-client'

/** One series of a histogram. */
export interface Distribution {
  observe(value: number): void
}

export interface TalliedHistogramOptions<Label extends string> {
  name: string
  help: string
  labelNames: readonly Label[]
  /** Upper bounds in ascending order. */
  buckets: readonly number[]
  registers: readonly Registry[]
}

/**
 * A histogram for per-delivery events. prom-client looks a series up by its label text on every
 * observation; here a series is looked up once.
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
    // A registry needs only the name and `get` of its metrics.
    for (const register of registers) register.registerMetric(this as unknown as Metric)
  }

  /** Creates the series of these labels. Call once and keep it. */
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
  /** Observations per bucket, not cumulative; the last is above all bounds. */
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

  /** Bucket counts are cumulative, as Prometheus expects. */
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
