import type { Kafka } from 'kafkajs'
import { askAdmin } from './ask-admin.ts'

const LIMIT_MS = 15_000

/** The number of members that a group has now. Rejects with KAFKA_UNAVAILABLE. */
export function memberCount(kafka: Kafka, groupId: string): Promise<number> {
  return askAdmin(kafka, `count the members of group ${groupId}`, LIMIT_MS, async (admin) => {
    const { groups } = await admin.describeGroups([groupId])
    return groups[0]?.members.length ?? 0
  })
}
