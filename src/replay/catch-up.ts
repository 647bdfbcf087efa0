import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import { type Audit, type ControlRecord, encodeControl } from '../control/control-record.ts'
import type { PluginStatus } from '../control/plugin-states.ts'
import { endsOf, logRanges, type OffsetRange, topicsOf } from '../kafka/reader/offset-ranges.ts'
import { writeControl } from '../kafka/state/control-log.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { foreignText } from '../util/text/foreign-text.ts'
import { createGroupResources } from './group-resources.ts'
import { encodePlan, type ReplayPlan } from './plan.ts'
import { readPlan, writePlan } from './plan-store.ts'
import type { Run } from './run.ts'
import type { StateSwap } from './swap-states.ts'

export interface CatchUpParts<R extends Delivering = Delivering> {
  config: Config<'KAFKA_BROKERS'>
  kafka: Kafka
  plugin: Pick<LoadedPlugin, 'slug' | 'state'>
  audit: Audit
  /** Interrupts it; it can be resumed later. */
  signal: AbortSignal
  /** Begins to deliver what the plan says. */
  deliver(plan: ReplayPlan): Promise<R>
  /** Returns how the plugin is switched now, and by whom. */
  statusOf(): Promise<PluginStatus>
  say(line: string): void
  /** If the states that the events made are to take the place of the live ones. */
  states?: StateSwap | undefined
  clock?: Clock
}

/** What delivers the events of a plan: this process, or the replicas. */
export type Delivering = Pick<Run, 'reached' | 'extend' | 'stop'>

type Parts = CatchUpParts<Delivering>

/**
 * Replicas poll for switches twice a second, so most have seen one by then. Nothing is lost by one that has not: what
 * it skips counts only once it has read them.
 */
export const FOLLOWED_MS = 5_000

/** How long until then, at most: the time may be of a clock that is ahead. */
export function untilFollowedMs(since: string, nowMs: number): number {
  return Math.min(FOLLOWED_MS, Math.max(0, Date.parse(since) + FOLLOWED_MS - nowMs))
}
/** A round this short leaves a rest small enough to pause live events for. */
const SHORT_MS = 5_000
const ROUNDS_MAX = 50

/**
 * Delivers to a disabled plugin what it missed, then enables it where that ends. Rounds bring it close
 * to the end of the log while its live events are still skipped. Then the plugin is paused, the rest
 * is delivered, and the plugin is enabled from there on. Safe to restart at any point.
 */
export async function catchUp<R extends Delivering>(
  parts: CatchUpParts<R>,
  begun: ReplayPlan,
): Promise<R> {
  await createGroupResources(parts, begun)
  const run = await parts.deliver(begun)
  try {
    const before = await parts.statusOf()
    const nearEnd = before.state === 'paused' ? begun : await rounds(parts, run, begun, before)
    await parts.states?.ready()
    await pause(parts)
    const last = await extend(parts, run, nearEnd)
    await run.reached()
    await parts.states?.swap(last)
    await goLive(parts, last)
    return run
  } finally {
    await run.stop()
  }
}

/** Runs rounds until one is short. */
async function rounds(
  parts: Parts,
  run: Delivering,
  begun: ReplayPlan,
  before: PluginStatus,
): Promise<ReplayPlan> {
  const { clock = systemClock, say } = parts
  let plan = begun
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    plan = await extend(parts, run, plan)
    const startMs = clock.elapsedMs()
    await run.reached()
    const tookMs = clock.elapsedMs() - startMs
    await requireUnchanged(parts, before)
    say(`round ${round} took ${(tookMs / 1000).toFixed(1)} s`)
    if (tookMs <= SHORT_MS) return plan
  }
  const message = `${plan.slug} does not catch up: after ${ROUNDS_MAX} rounds its events still arrive faster than it handles them`
  throw new InventoryEventsError('USAGE', message)
}

/** Pauses the plugin in every replica, so that its live events wait. */
async function pause(parts: Parts): Promise<void> {
  const { config, kafka, plugin, audit, clock = systemClock, signal } = parts
  const record = { switch: 'plugin', slug: plugin.slug, state: 'paused', ...audit } as const
  await writeControl(kafka, config.KAFKA_GROUP_ID, [encodeControl(record)])
  parts.say(`${plugin.slug}: paused; its live events wait until the rest is delivered`)
  await clock.sleep(FOLLOWED_MS, signal)
  if (signal.aborted) throw signal.reason
}

/** Moves the ends of the plan to the current ends of the log. */
async function extend(parts: Parts, run: Delivering, plan: ReplayPlan): Promise<ReplayPlan> {
  const { config, kafka } = parts
  await requireUnfinished(parts, plan)
  const topics = topicsOf(plan.ranges)
  const logs = await logRanges(kafka, topics)
  const next = { ...plan, ranges: logs.map((log) => extended(plan, log)) }
  await writePlan(kafka, config.KAFKA_GROUP_ID, next)
  run.extend(next.ranges)
  return next
}

function extended({ slug, ranges }: ReplayPlan, { topic, partition, end }: OffsetRange) {
  const range = ranges.find((each) => each.topic === topic && each.partition === partition)
  if (range !== undefined) return { ...range, end: Math.max(range.end, end) }
  const message = `partition ${partition} was added to ${topic} in the meantime: run "inventory-events replay --plugin ${slug} --abandon" and start again`
  throw new InventoryEventsError('USAGE', message)
}

/** Enables the plugin at the plan's ends. Atomic, because the records are one batch. */
async function goLive(parts: Parts, plan: ReplayPlan): Promise<void> {
  const { config, kafka, plugin, audit } = parts
  await requireUnchanged(parts, { state: 'paused', ...audit })
  await requireUnfinished(parts, plan)
  const { slug } = plugin
  const records: ControlRecord[] = [
    { switch: 'start', slug, offsets: endsOf(plan.ranges), ...audit },
    { switch: 'plugin', slug, state: 'enabled', ...audit },
  ]
  const done = encodePlan({ ...plan, state: 'done' })
  await writeControl(kafka, config.KAFKA_GROUP_ID, [...records.map(encodeControl), done])
}

/** Throws USAGE if the plugin was switched in the meantime, even to the state that it was in. */
async function requireUnchanged({ plugin, statusOf }: Parts, before: PluginStatus) {
  const { state, by, at } = await statusOf()
  if (state === before.state && by === before.by && at === before.at) return
  const message = `plugin ${plugin.slug} was switched to ${state} by ${foreignText(by ?? '')} in the meantime; leaving it unchanged`
  throw new InventoryEventsError('USAGE', message)
}

/** Throws USAGE if the plan was cancelled in the meantime: written again, it would begin again. */
async function requireUnfinished({ config, kafka }: Parts, { slug, generation }: ReplayPlan) {
  const now = await readPlan(kafka, config.KAFKA_GROUP_ID, slug)
  if (now?.generation === generation && now.state === 'running') return
  const message = `the catch-up of ${slug} was cancelled by ${foreignText(now?.by ?? '')}`
  throw new InventoryEventsError('USAGE', message)
}
