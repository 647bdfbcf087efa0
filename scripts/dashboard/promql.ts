export const PICKED = 'namespace=~"$namespace", job=~"$job"'

/** The series of a metric, limited to the selected namespaces and jobs. */
export function metric(name: string, more = ''): string {
  return `inventory_events_${name}{${PICKED}${more === '' ? '' : `, ${more}`}}`
}

/** A default metric of the process, limited to the selected namespaces and jobs. */
export function processMetric(name: string): string {
  return `${name}{${PICKED}}`
}

/** A series of a recording rule. */
export function recorded(name: string): string {
  return `job:inventory_events_${name}{${PICKED}}`
}

export const TOPIC = 'topic=~"$topic"'
export const PLUGIN = 'plugin=~"$plugin"'

/** How often processes were restarted within an hour, without a new replica. */
export const restarts = `changes(process_start_time_seconds{${PICKED}}[1h]) and on (namespace, job, instance) ${metric('build_info')}`

/** Per second. */
export function rate(name: string, by: string, more = ''): string {
  return `sum by (${by}) (rate(${metric(name, more)}[$__rate_interval]))`
}

/** A ratio from 0 to 1. */
export function share(part: string, all: string): string {
  return `${part} / (${all} > 0)`
}

/** The 50th, 95th and 99th percentile of a histogram. */
export function quantiles(name: string, by: string, more = ''): [string, string][] {
  const labels = by === '' ? 'le' : `le, ${by}`
  const buckets = rate(`${name}_bucket`, labels, more)
  const of = by === '' ? '' : ` {{${by}}}`
  return [0.5, 0.95, 0.99].map((q) => [
    `histogram_quantile(${q}, ${buckets})`,
    `p${Math.round(q * 100)}${of}`,
  ])
}
