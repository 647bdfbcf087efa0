import type { Kafka } from 'kafkajs'
import type { Registry } from '../avro/registry/registry.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import { type OffsetRange, topicsOf } from '../kafka/reader/offset-ranges.ts'
import { createMetrics } from '../observe/metrics.ts'
import { allOn } from '../pipeline/admit/plugin-switches.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import {
  buildConsumerGroup,
  type GroupParts,
  type ServiceConfig,
} from '../service/consumer-group.ts'
import type { Logger } from '../util/logger.ts'
import { version } from '../version.ts'
import { type ReplayPlan, replayGroupOf } from './plan.ts'
import { untilReached } from './progress.ts'
import { rangedIntake } from './ranged-intake.ts'
import { Ranges } from './ranges.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { replayedPlugin } from './replayed-plugin.ts'

export interface RunParts {
  /** The live group's config. */
  config: ServiceConfig
  kafka: Kafka
  registry: Registry
  contract: Contract
  plugin: LoadedPlugin
  /** The most events a second; undefined for no limit. */
  rate: number | undefined
  log: Logger
  /** Counts the failures of the plugin. */
  errors?: GroupParts['errors']
  /** Interrupts the run, which can be resumed later. */
  signal: AbortSignal
  /** Called with the number of remaining offsets and their total. */
  onProgress(left: number, total: number): void
}

export interface Run {
  /**
   * Resolves when the group, with all its members, has committed all of its ranges. Rejects when the
   * run is interrupted or fails.
   */
  reached(): Promise<void>
  /** Aborts when this process can't continue it, with the reason. */
  readonly failed: AbortSignal
  /** Moves the ends of the ranges. */
  extend(ranges: readonly OffsetRange[]): void
  /**
   * Waits for handlers, commits and leaves the group. Those that outlast DRAIN_TIMEOUT_MS get `graceMs` to end
   * before that. Can be called again.
   */
  stop(graceMs?: number): Promise<void>
  /** The number of this process's deliveries by outcome. */
  outcomes(): Promise<Map<string, number>>
}

/** Runs the plugin over a plan's ranges as the service would, until it is stopped. */
export async function startRun(parts: RunParts, plan: ReplayPlan): Promise<Run> {
  const { kafka, log, plugin, rate } = parts
  const groupId = replayGroupOf(parts.config.KAFKA_GROUP_ID, plan)
  const config = configFor(parts.config, plan, groupId)
  const ranges = new Ranges(plan.ranges)
  const failed = new AbortController()
  const metrics = createMetrics({ version })
  const key = plan.entity === undefined ? undefined : Buffer.from(plan.entity)
  const isReplay = plan.purpose !== 'enable'
  const group = await buildConsumerGroup({
    config,
    groupId,
    topics: config.KAFKA_TOPICS,
    plugins: [replayedPlugin(plugin, { kind: plan.kind, rate })],
    switches: allOn,
    kafka,
    registry: parts.registry,
    contract: parts.contract,
    metrics,
    log,
    errors: parts.errors,
    onFailure: (error) => failed.abort(error),
    stopping: parts.signal,
    around: (pipeline) => rangedIntake(pipeline, ranges, key),
    letters: replayDeadLetters(parts.config.KAFKA_GROUP_ID, isReplay ? groupId : undefined),
  })
  await group.start()
  let stopped: Promise<unknown> | undefined

  return {
    async reached() {
      const signal = AbortSignal.any([parts.signal, failed.signal])
      await untilReached(parts, groupId, ranges, signal)
    },
    failed: failed.signal,
    extend: (next) => ranges.extend(next),
    async stop(graceMs) {
      stopped ??= group.stop(undefined, graceMs)
      await stopped
    },
    async outcomes() {
      const { values } = await metrics.deliveries.get()
      const own = values.filter(({ labels }) => labels.plugin === plugin.slug)
      return new Map(own.map(({ labels, value }) => [String(labels.outcome), value]))
    },
  }
}

/**
 * A replay uses its own group id for marks and idempotency keys, so that events are handled again.
 * Catching up uses the live group's, so that events handled before are not.
 */
function configFor(config: ServiceConfig, plan: ReplayPlan, groupId: string): ServiceConfig {
  const { KAFKA_GROUP_ID, OUT_OF_RANGE } = config
  return {
    ...config,
    KAFKA_GROUP_ID: plan.purpose === 'enable' ? KAFKA_GROUP_ID : groupId,
    KAFKA_TOPICS: topicsOf(plan.ranges),
    // If retention removed records, resume at the first one left: `latest` would skip the rest.
    OUT_OF_RANGE: OUT_OF_RANGE === 'fail' ? 'fail' : 'earliest',
  }
}
