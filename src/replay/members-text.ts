import { counted } from '../util/text/counted.ts'

/** How many members a group has, and until when Kafka counts those that were killed. */
export function membersText(groupId: string, members: number, sessionTimeoutMs: number): string {
  const seconds = counted(Math.ceil(sessionTimeoutMs / 1000), 'second')
  return `group ${groupId} has ${counted(members, 'member')}; one that was killed counts for up to ${seconds} more (SESSION_TIMEOUT_MS)`
}
