import type { Admin, Kafka } from 'kafkajs'
import { withRequestLimit } from '../client/request-limit.ts'
import { retryRequest } from '../client/retry-request.ts'

/** Longer than the retries, so that an error says why they failed. */
const LIMIT_MS = 30_000

/** Runs `work` with a new admin client, which `work` connects. Disconnects it without waiting. */
export async function withAdminClient<T>(
  kafka: Kafka,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin()
  try {
    return await work(admin)
  } finally {
    void admin.disconnect().catch(() => undefined)
  }
}

/**
 * Runs `request`, with retries, with an admin client of its own. Rejects with KAFKA_UNAVAILABLE, also
 * after 30 s, or TOPIC_MISSING; `doing` says what failed, as in `kafkaError`.
 */
export function requestAdmin<T>(
  kafka: Kafka,
  doing: string,
  request: (admin: Admin) => Promise<T>,
): Promise<T> {
  return withAdminClient(kafka, (admin) => {
    const connectAndRequest = async () => {
      await admin.connect()
      return retryRequest(() => request(admin))
    }
    return withRequestLimit(connectAndRequest(), doing, LIMIT_MS)
  })
}
