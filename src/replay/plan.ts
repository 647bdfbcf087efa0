import type { Audit } from '../control/control-record.ts'
import { timeText } from '../event/time/timestamp.ts'
import { replayGroupsOf } from '../idempotency/replay-groups.ts'
import type { OffsetRange } from '../kafka/reader/offset-ranges.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'

/**
 * `enable` delivers what a plugin missed while it was disabled, under the live group's name. `rebuild` is a
 * replay whose states take the place of the live ones.
 */
export type Purpose = 'replay' | 'enable' | 'rebuild'

/** Who calls the plugin: a command, in its own process, or the replicas of the group. */
export type CarriedOutBy = 'command' | 'replicas'

/** What to deliver to a plugin again. Fixed before it starts; the newest record of a plan counts. */
export interface ReplayPlan extends Audit {
  slug: string
  /** 1 for the first replay of the plugin in its group. */
  generation: number
  purpose: Purpose
  carriedOutBy: CarriedOutBy
  state: 'running' | 'done' | 'abandoned'
  /** Milliseconds since the epoch, of records in Kafka. */
  fromMs: number
  toMs: number | undefined
  entity: string | undefined
  kind: string | undefined
  /** A partition that is not read has an empty range. */
  ranges: readonly OffsetRange[]
}

const FORMAT_VERSION = 1
const KEY = 'replay:'
const STATES = ['running', 'done', 'abandoned'] as const
const PURPOSES = ['replay', 'enable', 'rebuild'] as const
const CARRIED_OUT_BY = ['command', 'replicas'] as const

export function planKeyOf(slug: string): string {
  return `${KEY}${slug}`
}

/** Whether a record of the control topic is a plan. */
export function isPlanKey(key: string): boolean {
  return key.startsWith(KEY)
}

/** Whether the plugin continues live where the plan ends. Until then it is disabled or paused. */
export function continuesLive({ purpose }: Pick<ReplayPlan, 'purpose'>): boolean {
  return purpose !== 'replay'
}

/** The consumer group of a replay: one of its own, so that it shares nothing with the live group. */
export function replayGroupOf(groupId: string, plan: Pick<ReplayPlan, 'slug' | 'generation'>) {
  return `${replayGroupsOf(groupId)}${plan.slug}.${plan.generation}`
}

/** Key and value in the control topic. */
export function encodePlan(plan: ReplayPlan): { key: string; value: Buffer } {
  const { slug, fromMs, toMs, ranges, ...rest } = plan
  const from = timeText(fromMs)
  const to = toMs === undefined ? undefined : timeText(toMs)
  const value = { v: FORMAT_VERSION, ...rest, from, to, ranges: ranges.map(rowOf) }
  return { key: planKeyOf(slug), value: Buffer.from(JSON.stringify(value)) }
}

/** Throws CONTROL_INVALID if this version can't read it: a newer one may have written it. */
export function decodePlan(key: string, value: Buffer): ReplayPlan {
  try {
    return parse(key.slice(KEY.length), JSON.parse(value.toString()))
  } catch (error) {
    const message = `the plan of ${key} cannot be read: ${messageOf(error)}`
    throw new InventoryEventsError('CONTROL_INVALID', message, { cause: error })
  }
}

function parse(slug: string, value: Record<string, unknown>): ReplayPlan {
  if (value.v !== FORMAT_VERSION) {
    throw new Error(`expected version ${FORMAT_VERSION}, got ${JSON.stringify(value.v)}`)
  }
  return {
    slug,
    generation: wholeOf(value.generation),
    purpose: oneOf(value.purpose, PURPOSES),
    // Plans of version 0.2 and before do not say it.
    carriedOutBy: oneOf(value.carriedOutBy ?? 'command', CARRIED_OUT_BY),
    state: oneOf(value.state, STATES),
    fromMs: timeOf(value.from),
    toMs: value.to === undefined ? undefined : timeOf(value.to),
    entity: textOf(value.entity),
    kind: textOf(value.kind),
    ranges: (value.ranges as unknown[]).map(rangeOf),
    by: textOf(value.by) ?? '',
    at: textOf(value.at) ?? '',
    why: textOf(value.why) ?? '',
  }
}

function rowOf({ topic, partition, start, end }: OffsetRange) {
  return [topic, partition, start, end]
}

function rangeOf(row: unknown): OffsetRange {
  const [topic, ...numbers] = row as unknown[]
  if (typeof topic !== 'string') throw new Error(`expected a range, got ${JSON.stringify(row)}`)
  const [partition, start, end] = numbers.map(wholeOf) as [number, number, number]
  return { topic, partition, start, end: wholeOf(end) }
}

function wholeOf(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw new Error(`expected a whole number, got ${JSON.stringify(value)}`)
}

function timeOf(value: unknown): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new Error(`expected a time, got ${JSON.stringify(value)}`)
}

function oneOf<T extends string>(value: unknown, known: readonly T[]): T {
  const found = known.find((each) => each === value)
  if (found !== undefined) return found
  throw new Error(`expected ${known.join(' or ')}, got ${JSON.stringify(value)}`)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
