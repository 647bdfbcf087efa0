import type { Kafka } from 'kafkajs'
import type { Registry } from 'prom-client'
import type { Registry as SchemaRegistry } from '../avro/registry/registry.ts'
import type { SourceRecord } from '../event/record.ts'
import { createPluginMetrics } from '../observe/plugin-metrics.ts'
import type { RecentErrors } from '../observe/status/recent-errors.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { HealthChecks } from '../plugin/life/health-checks.ts'
import { PluginLife, STOP_LIMIT_MS } from '../plugin/life/plugin-life.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { CatchUpStatus } from '../status/status-record.ts'
import type { Clock } from '../util/clock.ts'
import type { Logger } from '../util/logger.ts'

export interface GroupLifeOptions {
  plugins: readonly LoadedPlugin[]
  register: Registry
  clock: Clock
  log: Logger
}

/** The life of the plugins of a consumer group: started before it joins, stopped after it has left. */
export function createGroupLife({ plugins, register, clock, log }: GroupLifeOptions) {
  const logOf = (plugin: string) => log.child({ plugin })
  const metricsOf = createPluginMetrics(register)
  const life = new PluginLife({ plugins, logOf, metricsOf, clock })
  const health = new HealthChecks({ plugins, logOf, clock })
  return {
    health,
    async start(stopping: AbortSignal): Promise<void> {
      await life.start(stopping)
      health.start()
    },
    /**
     * Handlers that outlived the drain have been aborted, and get a little longer if there is something
     * to stop. Never rejects.
     */
    async stop(pipeline: Pick<Pipeline, 'drain' | 'backlogs'>): Promise<void> {
      const isAnyStopped = plugins.some(({ stop }) => stop !== undefined)
      const limitMs = isAnyStopped ? STOP_LIMIT_MS : 0
      await Promise.all([health.stop(), pipeline.drain(limitMs)])
      const busy = [...pipeline.backlogs()].filter(({ running }) => running > 0)
      await life.stop((slug) => busy.some((each) => each.slug === slug))
    },
  }
}

export interface CatchUpsParts {
  kafka: Kafka
  registry: SchemaRegistry
  plugins: readonly LoadedPlugin[]
  errors: RecentErrors
}

/** Delivers to plugins what they missed, beside the live group. */
export interface CatchUps {
  /** Each record of the control topic, in its order. */
  take(record: SourceRecord): void
  /** The plugins have been started. */
  start(): void
  /** Lets handlers end. The plugins are stopped after that. */
  stop(): Promise<void>
  list(): Promise<CatchUpStatus[]>
}
