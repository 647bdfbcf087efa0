import type { Kafka } from 'kafkajs'
import type { Audit, ControlRecord, PluginState } from '../control/control-record.ts'
import { pluginStates } from '../control/plugin-states.ts'
import type { Split } from '../control/split-record.ts'
import { partitionName } from '../event/record.ts'
import { type GroupOffset, groupOffsets } from '../kafka/admin/group-offsets.ts'
import { requireTopics } from '../kafka/admin/required-topics.ts'
import type { StartOffsets } from '../pipeline/intake/start-offsets.ts'
import { requireFinished } from '../replay/make-plan.ts'
import { readNewestPlans } from '../replay/plan-store.ts'
import type { ServiceConfig } from '../service/consumer-group.ts'
import { controlTopicOf, readTopicsOf } from '../topics/names.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { foreignText } from '../util/text/foreign-text.ts'
import { type GroupControl, readGroupControl } from './group-control.ts'
import { requireStopped } from './require-stopped.ts'

export type SplitConfig = Pick<
  ServiceConfig,
  | 'KAFKA_TOPICS'
  | 'KAFKA_SASL_MECHANISM'
  | 'KAFKA_SSL_CERT'
  | 'IDEMPOTENCY_STORE'
  | 'IDEMPOTENCY_TTL_MS'
  | 'SESSION_TIMEOUT_MS'
>

export interface SplitWish {
  from: string
  to: string
  slugs: readonly string[]
}

export interface SplitPlan extends SplitWish {
  split: Split
  /** `resumed`: a command that was interrupted has begun it. `done`: nothing is left to do. */
  stage: 'new' | 'resumed' | 'done'
  /** The state of each plugin in the group that it leaves. */
  states: ReadonlyMap<string, PluginState>
  /** The switches that the new group begins with. */
  switches: readonly ControlRecord[]
  /** The partitions that the group ever committed, as `topic/partition`. */
  committed: readonly string[]
}

export interface SplitParts {
  config: SplitConfig
  kafka: Kafka
}

/**
 * Reads what both groups have, and writes nothing. Throws USAGE unless both have no members, the old one
 * has committed and has no unfinished replay of the plugins, and the new one is new, or begun by the same
 * split.
 */
export async function planSplit(
  { config, kafka }: SplitParts,
  wish: SplitWish,
  audit: Audit,
): Promise<SplitPlan> {
  const { from, to, slugs } = wish
  if (controlTopicOf(from) === controlTopicOf(to)) {
    throw usage(`--to: expected another group than ${from}, whose topics have other names`)
  }
  await requireTopics(kafka, { ...config, KAFKA_GROUP_ID: from })
  const [old, fresh] = [await readGroupControl(kafka, from), await readGroupControl(kafka, to)]
  if (fresh.split !== undefined) requireSame(wish, fresh.split)
  if (fresh.split?.state !== 'done') await requireStopped(kafka, config, [from, to])
  const common = { ...wish, states: statesOf(old, slugs), committed: old.committed }
  if (fresh.split !== undefined) {
    return { ...common, stage: stageOf(fresh.split), split: fresh.split, switches: [] }
  }
  await requireNew(kafka, config, to, fresh)
  const plans = await readNewestPlans(kafka, from)
  for (const slug of slugs) requireFinished(plans.get(slug))
  const offsets = offsetsOf(await groupOffsets(kafka, from, readTopicsOf(config.KAFKA_TOPICS)))
  if (Object.keys(offsets).length === 0) {
    throw usage(
      `--from: group ${from} has committed no offsets of ${config.KAFKA_TOPICS.join(', ')}`,
    )
  }
  const former = (slug: string) => [from, ...(old.split?.formerGroups[slug] ?? [])]
  const formerGroups = Object.fromEntries(slugs.map((slug) => [slug, former(slug)]))
  const split = { from, state: 'copying', formerGroups, offsets, ...audit } as const
  return { ...common, stage: 'new', split, switches: switchesFor(old, slugs, audit) }
}

function stageOf({ state }: Split): 'resumed' | 'done' {
  return state === 'done' ? 'done' : 'resumed'
}

function requireSame({ from, to, slugs }: SplitWish, split: Split): void {
  const before = Object.keys(split.formerGroups).sort().join(', ')
  if (split.from === from && before === [...slugs].sort().join(', ')) return
  const what = foreignText(`split from ${split.from} with ${before} by ${split.by} at ${split.at}`)
  throw usage(`--to: expected a new group, but ${to} was ${what}`)
}

async function requireNew(
  kafka: Kafka,
  { KAFKA_TOPICS }: SplitConfig,
  to: string,
  { isEmpty }: GroupControl,
): Promise<void> {
  if (!isEmpty) throw usage(`--to: expected a new group, but ${controlTopicOf(to)} has records`)
  const rows = await groupOffsets(kafka, to, readTopicsOf(KAFKA_TOPICS))
  const row = rows.find(({ committed }) => committed !== undefined)
  if (row === undefined) return
  throw usage(`--to: expected a new group, but ${to} has committed ${partitionName(row)}`)
}

function statesOf({ switches }: GroupControl, slugs: readonly string[]): Map<string, PluginState> {
  const states = pluginStates(switches, undefined)
  return new Map(slugs.map((slug) => [slug, states.of(slug).state]))
}

/**
 * Those of the plugins and of all events, as they are. A plugin that was never switched gets a record, too:
 * with `startFrom: 'now'` it would otherwise be new to the group, and miss what waits.
 */
function switchesFor(
  { switches }: GroupControl,
  slugs: readonly string[],
  audit: Audit,
): ControlRecord[] {
  const isKept = (record: ControlRecord) =>
    record.switch === 'events' || slugs.includes(record.slug)
  const kept = switches.filter(isKept)
  const isSwitched = (slug: string) =>
    kept.some((record) => record.switch === 'plugin' && record.slug === slug)
  const others = slugs.filter((slug) => !isSwitched(slug))
  const enabled = { switch: 'plugin', state: 'enabled', ...audit } as const
  return [...kept, ...others.map((slug) => ({ ...enabled, slug }))]
}

function offsetsOf(rows: readonly GroupOffset[]): StartOffsets {
  const offsets: Record<string, Record<number, number>> = {}
  for (const { topic, partition, committed } of rows) {
    if (committed === undefined) continue
    offsets[topic] = { ...offsets[topic], [partition]: committed }
  }
  return offsets
}

function usage(message: string): InventoryEventsError {
  return new InventoryEventsError('USAGE', message)
}
