import { failed } from './wait-for.ts'

const TIMEOUT_MS = 10_000

/** One series of a service's metrics. */
export interface Sample {
  /** Without the common prefix: `deliveries_total`. */
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

/** Fetches the metrics of a service. */
export async function scrape(url: string): Promise<Sample[]> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok) throw failed(`${url}/metrics returned ${response.status}`)
  return parseMetrics(await response.text())
}

/** Parses the subset of Prometheus' text format that the service's own metrics use. */
export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined || value === undefined) return []
    const pairs = [...labels.matchAll(LABEL)].map(([, label, held]) => [label!, held!])
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })
}

const LINE = /^inventory_events_(\w+)(?:\{(.*)\})? (\S+)$/
const LABEL = /\b(\w+)="([^"]*)"/g
