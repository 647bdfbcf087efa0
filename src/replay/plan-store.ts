import type { Kafka } from 'kafkajs'
import { readControl, requireControlTopic, writeControl } from '../kafka/state/control-log.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { foreignText } from '../util/text/foreign-text.ts'
import { decodePlan, encodePlan, isPlanKey, planKeyOf, type ReplayPlan } from './plan.ts'

/** Reads a plugin's plans, oldest first. Rejects with CONTROL_INVALID or a Kafka error. */
export async function readPlans(
  kafka: Kafka,
  groupId: string,
  slug: string,
): Promise<ReplayPlan[]> {
  await requireControlTopic(kafka, groupId)
  const plans: ReplayPlan[] = []
  await readControl(kafka, groupId, ({ key, value }) => {
    if (key?.toString() !== planKeyOf(slug) || value === null) return
    plans.push(decodePlan(key.toString(), value))
  })
  return plans
}

/** Reads the newest plan of each plugin. Leaves out those that a newer version wrote. */
export async function readNewestPlans(
  kafka: Kafka,
  groupId: string,
  read = readControl,
): Promise<Map<string, ReplayPlan>> {
  const plans = new Map<string, ReplayPlan>()
  await read(kafka, groupId, ({ key, value }) => {
    const name = key?.toString() ?? ''
    if (value === null || !isPlanKey(name)) return
    try {
      const plan = decodePlan(name, value)
      plans.set(plan.slug, plan)
    } catch {
      // One plan that can't be read must not keep other plugins from being switched.
    }
  })
  return plans
}

/** Reads a plugin's current plan. */
export async function readPlan(kafka: Kafka, groupId: string, slug: string) {
  return (await readPlans(kafka, groupId, slug)).at(-1)
}

export function writePlan(kafka: Kafka, groupId: string, plan: ReplayPlan): Promise<void> {
  return writeControl(kafka, groupId, [encodePlan(plan)])
}

/** Writes a plan of a new generation. Throws USAGE if another one was written first. */
export async function beginPlan(kafka: Kafka, groupId: string, plan: ReplayPlan): Promise<void> {
  await writePlan(kafka, groupId, plan)
  const rivals = await readPlans(kafka, groupId, plan.slug)
  const first = rivals.find(({ generation }) => generation === plan.generation)
  if (first === undefined || isSame(first, plan)) return
  await writePlan(kafka, groupId, first)
  const message = `${foreignText(first.by)} started a replay of ${plan.slug} at the same time`
  throw new InventoryEventsError('USAGE', message)
}

function isSame(a: ReplayPlan, b: ReplayPlan): boolean {
  return encodePlan(a).value.equals(encodePlan(b).value)
}
