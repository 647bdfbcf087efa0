import type { Kafka } from 'kafkajs'
import { memberCount } from '../../kafka/admin/group-members.ts'
import { type ReplayPlan, replayGroupOf } from '../../replay/plan.ts'
import { leftOf, totalOf } from '../../replay/progress.ts'
import type { SeenReplica } from '../../status/status-table.ts'
import { messageOf } from '../../util/errors.ts'
import type { PlanRow } from './plan-row.ts'

interface Seen {
  replicas: readonly SeenReplica[]
  isLed(slug: string): boolean
}

/** Unfinished ones first, then the newest. */
export async function planRows(
  { kafka, groupId }: { kafka: Kafka; groupId: string },
  plans: readonly ReplayPlan[],
  { replicas, isLed }: Seen,
): Promise<PlanRow[]> {
  const seen = { replicas, isLed }
  const rows = await Promise.all(plans.map((plan) => rowOf({ kafka, groupId }, plan, seen)))
  const order = (row: PlanRow) => (row.state === 'running' ? 0 : 1)
  return rows.sort((a, b) => order(a) - order(b) || (a.at < b.at ? 1 : -1))
}

async function rowOf(
  ports: { kafka: Kafka; groupId: string },
  plan: ReplayPlan,
  { replicas, isLed }: Seen,
): Promise<PlanRow> {
  const { slug, generation, purpose, carriedOutBy, state, fromMs, by, at, why, ranges } = plan
  return {
    ...{ slug, generation, purpose, carriedOutBy, state, fromMs, by, at, why },
    toMs: plan.toMs ?? null,
    kind: plan.kind ?? null,
    isOfEntity: plan.entity !== undefined,
    offsets: totalOf(ranges),
    ...(await progressOf(ports, plan)),
    isLed: isLed(plan.slug),
    replicas: replicas.flatMap(({ replica, status }) =>
      (status?.catchUps ?? []).flatMap((each) =>
        each.slug === slug && each.generation === generation
          ? {
              replica,
              handled: each.handled,
              deadLettered: each.deadLettered,
              problem: each.problem,
            }
          : [],
      ),
    ),
  }
}

async function progressOf({ kafka, groupId }: { kafka: Kafka; groupId: string }, plan: ReplayPlan) {
  if (plan.state !== 'running') return { left: null, members: null, problem: null }
  const own = replayGroupOf(groupId, plan)
  try {
    const [left, members] = await Promise.all([
      leftOf(kafka, own, plan.ranges),
      memberCount(kafka, own),
    ])
    return { left, members, problem: null }
  } catch (error) {
    return { left: null, members: null, problem: messageOf(error) }
  }
}
