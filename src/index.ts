export type * from './event/event.ts'
export { isInventoryEvent, isPluginEvent, isUnknownEvent, nameOf } from './event/guards.ts'
export type { JsonObject, JsonValue } from './event/json.ts'
export type { Trace } from './event/trace.ts'
export type { Where, WhereFilter } from './filter/where.ts'
export type {
  BatchContext,
  BatchedEvent,
  BatchOptions,
  BatchPlugin,
  SqlBatchContext,
} from './plugin/batches/batch-plugin.ts'
export { definePlugin } from './plugin/define-plugin.ts'
export type {
  HistogramOptions,
  LabelValues,
  MetricLabels,
  MetricOptions,
  PluginCounter,
  PluginGauge,
  PluginHistogram,
  PluginMetrics,
} from './plugin/life/plugin-metrics.ts'
export type {
  DeepReadonly,
  Plugin,
  PluginContext,
  PluginHealth,
  PluginLog,
  PluginState,
  ReadonlyHeaders,
  RetryDelays,
  RetryOptions,
  RetryPolicy,
  Sql,
  SqlPluginContext,
  StartContext,
  StateOptions,
  StatePluginContext,
} from './plugin/plugin.ts'
export type { BatchOutcomes } from './plugin/returns/batch-outcomes.ts'
export type { HandlerReturn, RejectOptions, RetryAfterOptions } from './plugin/returns/returns.ts'
export { reject, retryAfter, skip } from './plugin/returns/returns.ts'
export type {
  StandardSchema,
  StandardSchemaIssue,
  StandardSchemaResult,
} from './plugin/settings/standard-schema.ts'
export type { EventNamed, Wanted } from './plugin/wanted-types.ts'
export type { ErrorCode } from './util/errors.ts'
export { InventoryEventsError } from './util/errors.ts'
