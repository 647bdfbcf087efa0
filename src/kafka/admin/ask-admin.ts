import type { Admin, Kafka } from 'kafkajs'
import { withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from '../client/errors.ts'
import { retryRequest } from '../client/retry-request.ts'

/**
 * What brokers answer to an admin client that is there for this question alone. Rejects with
 * KAFKA_UNAVAILABLE, also after the limit, or TOPIC_MISSING; `doing` says what was tried.
 */
export async function askAdmin<T>(
  kafka: Kafka,
  doing: string,
  limitMs: number,
  ask: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin()
  const answer = async () => {
    await admin.connect()
    return retryRequest(() => ask(admin))
  }
  try {
    return await withTimeout(
      answer(),
      limitMs,
      () => new Error(`no answer within ${limitMs / 1000} s`),
    )
  } catch (error) {
    throw kafkaError(error, doing)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}
