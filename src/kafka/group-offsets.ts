import type { Kafka } from 'kafkajs'
import { within } from '../event/within.ts'
import { kafkaError } from './kafka-error.ts'
import { readOffsets } from './offsets.ts'

const LIMIT_MS = 30_000

export interface GroupOffset {
  topic: string
  partition: number
  /** Undefined if the group never committed. */
  committed: number | undefined
  end: number
}

/** Where a group stands in every partition of the topics. Rejects with KAFKA_UNAVAILABLE. */
export async function groupOffsets(
  kafka: Kafka,
  groupId: string,
  topics: readonly string[],
): Promise<GroupOffset[]> {
  const admin = kafka.admin()
  const read = async () => {
    await admin.connect()
    return readOffsets(admin, groupId, [...topics])
  }
  const late = () => new Error(`no answer within ${LIMIT_MS / 1000} s`)
  try {
    const byTopic = await within(read(), LIMIT_MS, late)
    return [...byTopic].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, { committed, high }]) => ({
        topic,
        partition,
        committed,
        end: high,
      })),
    )
  } catch (error) {
    throw kafkaError(error, `read the offsets of group ${groupId}`)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}
