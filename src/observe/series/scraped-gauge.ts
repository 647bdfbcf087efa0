import { Gauge, type Registry } from 'prom-client'

export type Sample<Label extends string> = { value: number } & Record<Label, string | number>

/** A gauge whose series are read at each scrape, so that none outlives what it measures. */
export interface ScrapedGauge<Label extends string = never> {
  /** Sets the function that returns the samples. It must be synchronous. */
  readFrom(read: () => Iterable<Sample<Label>>): void
}

interface ScrapedGaugeOptions<Label extends string> {
  name: string
  help: string
  labelNames?: Label[]
  register: Registry
}

export function scrapedGauge<Label extends string = never>({
  name,
  help,
  labelNames = [],
  register,
}: ScrapedGaugeOptions<Label>): ScrapedGauge<Label> {
  let read: () => Iterable<Sample<Label>> = () => []
  new Gauge<string>({
    name,
    help,
    labelNames,
    registers: [register],
    collect() {
      this.reset()
      for (const { value, ...labels } of read()) this.set(labels, value)
    },
  })
  return {
    readFrom(reader) {
      read = reader
    },
  }
}
