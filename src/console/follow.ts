import type { Kafka } from 'kafkajs'
import {
  type ControlRecord,
  decodeControl,
  encodeControl,
  isSwitch,
} from '../control/control-record.ts'
import type { SourceRecord } from '../event/record.ts'
import { groupTopicProblems } from '../kafka/admin/group-topics.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { TopicFollower } from '../kafka/state/topic-follower.ts'
import { decodePlan, isPlanKey, type ReplayPlan } from '../replay/plan.ts'
import { auditTopicOf, controlTopicOf, groupTopicsOf, statusTopicOf } from '../topics/names.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { type FollowedStatus, followStatus } from './follow-status.ts'
import { AuditTable } from './view/audit.ts'

export interface FollowOptions {
  kafka: Kafka
  groupId: string
  clock: Clock
  log: Logger
}

/** What the console knows without asking: the topics of the group, followed. */
export interface Followed {
  status: FollowedStatus
  /** The newest record of each switch. */
  switches(): ControlRecord[]
  /** The newest plan of each plugin; those of a newer version are left out. */
  plans(): ReplayPlan[]
  audit: Pick<AuditTable, 'view'>
  /** The topics that can't be read: what is known of them gets older. */
  unreadable(): string[]
  stop(): Promise<void>
}

/** Rejects with KAFKA_UNAVAILABLE or TOPIC_MISSING. */
export async function followGroup(options: FollowOptions): Promise<Followed> {
  const { groupId } = options
  await requireTopics(options)
  const switches = new Map<string, ControlRecord>()
  const plans = new Map<string, ReplayPlan>()
  const audit = new AuditTable()
  const follower = (topic: string, onRecord: (record: SourceRecord) => void) =>
    new TopicFollower({
      ...{ ...options, topic, onRecord },
      whenUnreadable: `cannot read ${topic}; what is shown gets older`,
    })
  const control = follower(controlTopicOf(groupId), ({ key, value }) => {
    takeSwitch(switches, key, value)
    takePlan(plans, key, value)
  })
  const audited = follower(auditTopicOf(groupId), (record) => audit.take(record))
  const [status] = await Promise.all([followStatus(options), control.start(), audited.start()])
  const byTopic = [
    [statusTopicOf(groupId), status],
    [controlTopicOf(groupId), control],
    [auditTopicOf(groupId), audited],
  ] as const
  return {
    status,
    switches: () => [...switches.values()],
    plans: () => [...plans.values()],
    audit,
    unreadable: () => byTopic.flatMap(([topic, { isCurrent }]) => (isCurrent ? [] : topic)),
    async stop() {
      await Promise.all(byTopic.map(([, each]) => each.stop()))
    },
  }
}

async function requireTopics({ kafka, groupId }: FollowOptions): Promise<void> {
  const found = await withAdmin(kafka, (admin) => admin.describe(groupTopicsOf(groupId)))
  const problems = groupTopicProblems(groupId, found)
  if (problems.length > 0) throw new InventoryEventsError('TOPIC_MISSING', problems.join('\n  '))
}

/** One that this version can't read leaves the one before it. */
function takeSwitch(
  switches: Map<string, ControlRecord>,
  key: Buffer | null,
  value: Buffer | null,
): void {
  const name = key?.toString() ?? ''
  if (value === null || !isSwitch(name)) return
  try {
    const record = decodeControl(name, value)
    switches.set(encodeControl(record).key, record)
  } catch {
    // The replicas log it.
  }
}

function takePlan(plans: Map<string, ReplayPlan>, key: Buffer | null, value: Buffer | null): void {
  const name = key?.toString() ?? ''
  if (value === null || !isPlanKey(name)) return
  try {
    const plan = decodePlan(name, value)
    plans.set(plan.slug, plan)
  } catch {
    // One of a newer version.
  }
}
