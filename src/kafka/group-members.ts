import type { Kafka } from 'kafkajs'
import { within } from '../event/within.ts'
import { kafkaError } from './kafka-error.ts'

const LIMIT_MS = 15_000

/** How many members a group has now. Rejects with KAFKA_UNAVAILABLE. */
export async function memberCount(kafka: Kafka, groupId: string): Promise<number> {
  const admin = kafka.admin()
  const ask = async () => {
    await admin.connect()
    const { groups } = await admin.describeGroups([groupId])
    return groups[0]?.members.length ?? 0
  }
  try {
    return await within(ask(), LIMIT_MS, () => new Error(`no answer within ${LIMIT_MS / 1000} s`))
  } catch (error) {
    throw kafkaError(error, `ask for the members of group ${groupId}`)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}
