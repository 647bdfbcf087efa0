import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type {
  HistogramOptions,
  LabelValues,
  MetricLabels,
  MetricOptions,
  PluginMetrics,
} from '../plugin/life/plugin-metrics.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { PREFIX } from './progress-gauges.ts'

const NAME_MAX = 100
const SERIES_MAX = 1_000
const NAME = /^[a-z][a-z\d]*(_[a-z\d]+)*$/
/** Prometheus makes series with these ends of a histogram, so another metric could collide with one. */
const OF_HISTOGRAMS = /_(bucket|sum|count)$/
const OTHER = 'other'

type Kind = 'counter' | 'gauge' | 'histogram'

interface Known {
  metric: Counter | Gauge | Histogram
  kind: Kind
  /** The label names and buckets, which are the same for all plugins. */
  shape: string
  /** The plugins that have made it. */
  slugs: string[]
}

type Options = MetricOptions<MetricLabels> & Partial<HistogramOptions<MetricLabels>>
type Values = LabelValues<MetricLabels>

/**
 * Makes metrics for plugins in a registry. Plugins may share one if it has the same type and labels.
 * Whatever is wrong throws PLUGIN_INVALID with the plugin and the metric.
 */
export function createPluginMetrics(register: Registry): (slug: string) => PluginMetrics {
  const known = new Map<string, Known>()

  function metricOf(slug: string, kind: Kind, options: Options): Known['metric'] {
    const problem = problemOf(kind, options) ?? clashOf(slug, kind, options)
    if (problem !== undefined) {
      const message = `plugin ${slug}: metric ${String(options.name)}: ${problem}`
      throw new InventoryEventsError('PLUGIN_INVALID', message, { plugin: slug })
    }
    const name = `${PREFIX}plugin_${options.name}`
    const found = known.get(name)
    if (found !== undefined) {
      found.slugs.push(slug)
      return found.metric
    }
    const metric = make(kind, name, options, register)
    known.set(name, { metric, kind, shape: shapeOf(options), slugs: [slug] })
    return metric
  }

  function clashOf(slug: string, kind: Kind, options: Options): string | undefined {
    const name = `${PREFIX}plugin_${options.name}`
    const other = known.get(name)
    if (other === undefined) {
      const isOurs = register.getSingleMetric(name) !== undefined
      return isOurs ? 'the service has one of this name' : undefined
    }
    if (other.slugs.includes(slug)) return 'the plugin has made it already'
    const isSame = other.kind === kind && other.shape === shapeOf(options)
    if (isSame) return undefined
    return `plugin ${other.slugs[0]} has one of this name, a ${other.kind} with ${other.shape}: expected the same`
  }

  return (slug) => {
    const labelled = (options: Options, values: Values | undefined) => {
      return { plugin: slug, ...listed(options.labels, values) }
    }
    return {
      counter(options) {
        const metric = metricOf(slug, 'counter', options) as Counter
        for (const values of combinations(options.labels))
          metric.inc({ plugin: slug, ...values }, 0)
        return { inc: (value, values?: Values) => metric.inc(labelled(options, values), value) }
      },
      gauge(options) {
        const metric = metricOf(slug, 'gauge', options) as Gauge
        return { set: (value, values?: Values) => metric.set(labelled(options, values), value) }
      },
      histogram(options) {
        const metric = metricOf(slug, 'histogram', options) as Histogram
        return {
          observe: (value, values?: Values) => metric.observe(labelled(options, values), value),
        }
      },
    }
  }
}

function problemOf(kind: Kind, { name, help, labels = {}, buckets }: Options): string | undefined {
  if (typeof name !== 'string' || !NAME.test(name) || name.length > NAME_MAX) {
    return `expected a name of lower-case letters, digits and single underscores, at most ${NAME_MAX}`
  }
  if (OF_HISTOGRAMS.test(name)) return 'expected a name that does not end like one of a histogram'
  if (name.endsWith('_total') !== (kind === 'counter')) {
    return 'expected a name that ends with _total if it is a counter, and only then'
  }
  if (typeof help !== 'string' || help === '') return 'help: expected a text'
  const bad = Object.keys(labels).find((label) => !NAME.test(label) || RESERVED.includes(label))
  if (bad !== undefined) {
    return `labels: ${bad}: expected lower-case letters, digits and underscores, and none of ${RESERVED.join(', ')}`
  }
  const series = Object.values(labels).reduce((count, values) => count * (values.length + 1), 1)
  if (series > SERIES_MAX) return `labels: expected at most ${SERIES_MAX} series, got ${series}`
  const isRising = buckets?.every(
    (bound, i) => Number.isFinite(bound) && !(bound <= buckets[i - 1]!),
  )
  if (kind === 'histogram' && (!buckets?.length || !isRising)) {
    return 'buckets: expected numbers that rise'
  }
  return undefined
}

/** The service's own label, and those of Prometheus. */
const RESERVED = ['plugin', 'le', 'quantile', 'job', 'instance']

function make(
  kind: Kind,
  name: string,
  { help, labels = {}, buckets = [] }: Options,
  register: Registry,
): Known['metric'] {
  const labelNames = ['plugin', ...Object.keys(labels)]
  const common = { name, help, labelNames, registers: [register] }
  switch (kind) {
    case 'counter':
      return new Counter(common)
    case 'gauge':
      return new Gauge(common)
    case 'histogram':
      return new Histogram({ ...common, buckets: [...buckets] })
  }
}

function shapeOf({ labels = {}, buckets }: Options): string {
  const names = Object.keys(labels).sort()
  const text = names.length === 0 ? 'no labels' : `labels ${names.join(', ')}`
  return buckets === undefined ? text : `${text} and buckets ${buckets.join(', ')}`
}

/** Values that are not listed become `other`: who computes them can't make series without end. */
function listed(labels: MetricLabels = {}, values: Values = {}): Record<string, string> {
  const of = ([label, allowed]: [string, readonly string[]]) => {
    const value = values[label]
    return [label, value !== undefined && allowed.includes(value) ? value : OTHER]
  }
  return Object.fromEntries(Object.entries(labels).map(of))
}

/** Every combination of the listed values. */
function combinations(labels: MetricLabels = {}): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (all, [label, values]) =>
      all.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [{}],
  )
}
