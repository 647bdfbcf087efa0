const PICKED = 'namespace=~"$namespace", job=~"$job"'

/** The series of a metric of what is picked at the top of the dashboard. */
export function metric(name: string, more = ''): string {
  return `inventory_events_${name}{${PICKED}${more === '' ? '' : `, ${more}`}}`
}

/** A default metric of the process, of the service's replicas alone. */
export function processMetric(name: string): string {
  return `${name}{${PICKED}}`
}

/** A series of a recording rule. */
export function recorded(name: string): string {
  return `job:inventory_events_${name}{${PICKED}}`
}

export const TOPIC = 'topic=~"$topic"'
export const PLUGIN = 'plugin=~"$plugin"'

/** In a second. */
export function rate(name: string, by: string, more = ''): string {
  return `sum by (${by}) (rate(${metric(name, more)}[$__rate_interval]))`
}

/** A part of all, from 0 up to 1. */
export function share(part: string, all: string): string {
  return `${part} / (${all} > 0)`
}

/** Of a histogram, in seconds: the median and what few exceed. */
export function quantiles(name: string, by: string, more = ''): [string, string][] {
  const labels = by === '' ? 'le' : `le, ${by}`
  const buckets = rate(`${name}_bucket`, labels, more)
  const of = by === '' ? '' : ` {{${by}}}`
  return [0.5, 0.95, 0.99].map((q) => [
    `histogram_quantile(${q}, ${buckets})`,
    `p${Math.round(q * 100)}${of}`,
  ])
}
