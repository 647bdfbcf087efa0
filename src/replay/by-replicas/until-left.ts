import type { Kafka } from 'kafkajs'
import { memberCount } from '../../kafka/admin/group-members.ts'
import type { Clock } from '../../util/clock.ts'

const POLL_MS = 500
/** Replicas follow the end of a plan within a second or two; one that was killed stays for its session. */
const LIMIT_MS = 10_000

/** Waits until the replicas have left the group of a plan that is done, but not for long. */
export async function untilLeft(
  { kafka, clock }: { kafka: Kafka; clock: Pick<Clock, 'elapsedMs' | 'sleep'> },
  groupId: string,
): Promise<void> {
  const endMs = clock.elapsedMs() + LIMIT_MS
  const isLeft = async () => (await memberCount(kafka, groupId).catch(() => 1)) === 0
  while (!(await isLeft()) && clock.elapsedMs() < endMs) await clock.sleep(POLL_MS)
}
