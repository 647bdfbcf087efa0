import type { Admin, Kafka } from 'kafkajs'
import { withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from '../client/errors.ts'
import { retryRequest } from '../client/retry-request.ts'

/**
 * Runs `request` with an admin client of its own. Rejects with KAFKA_UNAVAILABLE, also after the
 * limit, or TOPIC_MISSING; `doing` says what failed, as in `kafkaError`.
 */
export async function askAdmin<T>(
  kafka: Kafka,
  doing: string,
  limitMs: number,
  request: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin()
  const response = async () => {
    await admin.connect()
    return retryRequest(() => request(admin))
  }
  try {
    return await withTimeout(
      response(),
      limitMs,
      () => new Error(`no response within ${limitMs / 1000} s`),
    )
  } catch (error) {
    throw kafkaError(error, doing)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}
