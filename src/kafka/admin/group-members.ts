import type { Kafka } from 'kafkajs'
import { requestAdmin } from './admin-client.ts'

/** The number of members that a group has now. Rejects with KAFKA_UNAVAILABLE. */
export function memberCount(kafka: Kafka, groupId: string): Promise<number> {
  return requestAdmin(kafka, `count the members of group ${groupId}`, async (admin) => {
    const { groups } = await admin.describeGroups([groupId])
    return groups[0]?.members.length ?? 0
  })
}
