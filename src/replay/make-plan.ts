import type { Kafka } from 'kafkajs'
import type { Config } from '../config/settings.ts'
import type { Audit } from '../control/control-record.ts'
import { timeText } from '../event/time/timestamp.ts'
import { resolveRanges } from '../kafka/reader/offset-ranges.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { foreignText } from '../util/text/foreign-text.ts'
import type { CarriedOutBy, Purpose, ReplayPlan } from './plan.ts'
import { timesOf } from './preview.ts'

export interface Wish {
  purpose: Purpose
  carriedOutBy?: CarriedOutBy
  fromMs: number
  toMs?: number | undefined
  entity?: string | undefined
  kind?: string | undefined
}

export interface PlanParts {
  config: Pick<Config, 'KAFKA_TOPICS'>
  kafka: Kafka
  plugin: { readonly slug: string }
}

/** Makes a plan for the current content of the topics. Writes nothing. */
export async function makePlan(
  { config, kafka, plugin }: PlanParts,
  { purpose, carriedOutBy = 'command', fromMs, toMs, entity, kind }: Wish,
  { audit, previous }: { audit: Audit; previous: ReplayPlan | undefined },
): Promise<ReplayPlan> {
  const ranges = await resolveRanges(kafka, {
    topics: config.KAFKA_TOPICS,
    fromMs,
    ...(toMs !== undefined && { toMs }),
    ...(entity !== undefined && { key: entity }),
  })
  const generation = (previous?.generation ?? 0) + 1
  const which = { slug: plugin.slug, generation, purpose, carriedOutBy, state: 'running' as const }
  return { ...which, fromMs, toMs, entity, kind, ranges, ...audit }
}

/** Throws USAGE if the plugin's previous plan is not finished. */
export function requireFinished(previous: ReplayPlan | undefined): void {
  if (previous?.state !== 'running') return
  const { slug, by, at } = previous
  const message = [
    `${describePlan(previous)}, started by ${foreignText(`${by} at ${at}`)}, is not finished. Resume or cancel it:`,
    `  ${resumeText(previous)}`,
    `  inventory-events replay --plugin ${slug} --abandon`,
  ]
  throw new InventoryEventsError('USAGE', message.join('\n'))
}

function resumeText(plan: ReplayPlan): string {
  if (plan.carriedOutBy === 'replicas') return 'in the console: the replicas carry it out'
  return `inventory-events ${resumeCommand(plan)}`
}

function resumeCommand({ purpose, slug, fromMs }: ReplayPlan): string {
  switch (purpose) {
    case 'enable':
      return `plugins enable ${slug} --from ${timeText(fromMs)} --yes`
    case 'replay':
      return `replay --plugin ${slug} --resume`
    case 'rebuild':
      return `replay --plugin ${slug} --rebuild --resume`
  }
}

export function describePlan(plan: ReplayPlan): string {
  return `${nameOf(plan)} of ${plan.slug} from ${timesOf(plan)}`
}

function nameOf({ purpose, generation }: ReplayPlan): string {
  switch (purpose) {
    case 'enable':
      return 'catching up'
    case 'replay':
      return `replay ${generation}`
    case 'rebuild':
      return `rebuild ${generation}`
  }
}
