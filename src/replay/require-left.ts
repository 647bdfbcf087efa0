import type { Kafka } from 'kafkajs'
import { memberCount } from '../kafka/admin/group-members.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { counted } from '../util/text/counted.ts'
import { untilFollowedMs } from './catch-up.ts'
import { requireFinished } from './make-plan.ts'
import { type ReplayPlan, replayGroupOf } from './plan.ts'

export interface LeftPorts {
  groupId: string
  clock: Pick<Clock, 'now' | 'sleep'>
  /** Returns the number of members of a group. */
  membersOf(groupId: string): Promise<number>
}

/**
 * Throws USAGE while replicas may still handle events of a catch-up that was cancelled: called by anyone
 * else, the plugin would have two events of an entity at once.
 */
export async function requireLeft(
  { groupId, clock, membersOf }: LeftPorts,
  plan: ReplayPlan | undefined,
): Promise<void> {
  if (plan?.state !== 'abandoned' || plan.carriedOutBy !== 'replicas') return
  // A replica that has not seen the end yet may join once more.
  await clock.sleep(untilFollowedMs(plan.at, clock.now()))
  const own = replayGroupOf(groupId, plan)
  const members = await membersOf(own)
  if (members === 0) return
  const who = `group ${own} has ${counted(members, 'member')}`
  const message = `${who}: events of the cancelled catch-up are still being handled; repeat this when they have ended (a replica that was killed counts for up to SESSION_TIMEOUT_MS)`
  throw new InventoryEventsError('USAGE', message)
}

/** Throws USAGE if a plugin's previous plan is not finished, or replicas have not left it yet. */
export async function requireEnded(
  parts: { kafka: Kafka; config: { KAFKA_GROUP_ID: string }; clock: LeftPorts['clock'] },
  previous: ReplayPlan | undefined,
): Promise<void> {
  requireFinished(previous)
  await requireLeft(leftPorts(parts.kafka, parts.config.KAFKA_GROUP_ID, parts.clock), previous)
}

export function leftPorts(kafka: Kafka, groupId: string, clock: LeftPorts['clock']): LeftPorts {
  return { groupId, clock, membersOf: (group) => memberCount(kafka, group) }
}
