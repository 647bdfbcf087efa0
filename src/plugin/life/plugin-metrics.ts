/**
 * The values that each label may have, by its name: `{ result: ['sent', 'refused'] }`. A value that is
 * not listed counts as `other`, so that the number of series is bounded.
 */
export type MetricLabels = Readonly<Record<string, readonly string[]>>

/** A value for each label. */
export type LabelValues<Labels extends MetricLabels> = {
  readonly [Name in keyof Labels]: Labels[Name][number] | 'other'
}

export interface MetricOptions<Labels extends MetricLabels> {
  /** Follows `inventory_events_plugin_`: lower-case letters, digits and underscores. */
  name: string
  help: string
  labels?: Labels
}

export interface HistogramOptions<Labels extends MetricLabels> extends MetricOptions<Labels> {
  /** The upper bounds, rising. */
  buckets: readonly number[]
}

/** The labels come last, and only a metric that has some takes them. */
type LabelArguments<Labels extends MetricLabels> = [keyof Labels] extends [never]
  ? []
  : [labels: LabelValues<Labels>]

export interface PluginCounter<Labels extends MetricLabels> {
  inc(value: number, ...labels: LabelArguments<Labels>): void
}

export interface PluginGauge<Labels extends MetricLabels> {
  set(value: number, ...labels: LabelArguments<Labels>): void
}

export interface PluginHistogram<Labels extends MetricLabels> {
  observe(value: number, ...labels: LabelArguments<Labels>): void
}

type NoLabels = Record<never, never>

/** Makes metrics `inventory_events_plugin_<name>` with the label `plugin`. Each name once. */
export interface PluginMetrics {
  /** Its name ends with `_total`. Its series begin at 0. */
  counter<const Labels extends MetricLabels = NoLabels>(
    options: MetricOptions<Labels>,
  ): PluginCounter<Labels>
  gauge<const Labels extends MetricLabels = NoLabels>(
    options: MetricOptions<Labels>,
  ): PluginGauge<Labels>
  histogram<const Labels extends MetricLabels = NoLabels>(
    options: HistogramOptions<Labels>,
  ): PluginHistogram<Labels>
}
