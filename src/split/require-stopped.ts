import type { Kafka } from 'kafkajs'
import { memberCount } from '../kafka/admin/group-members.ts'
import { membersText } from '../replay/members-text.ts'
import { InventoryEventsError } from '../util/errors.ts'

/** Rejects with USAGE if one of the groups has members. */
export async function requireStopped(
  kafka: Kafka,
  { SESSION_TIMEOUT_MS }: { SESSION_TIMEOUT_MS: number },
  groups: readonly string[],
): Promise<void> {
  for (const group of groups) {
    const members = await memberCount(kafka, group)
    if (members === 0) continue
    const message = `expected both groups to be stopped, but ${membersText(group, members, SESSION_TIMEOUT_MS)}: run this again when it has none`
    throw new InventoryEventsError('USAGE', message)
  }
}
