import { withTimeout } from '../../util/with-timeout.ts'
import { kafkaError } from './errors.ts'

/**
 * Settles as `request` does, with its errors converted by `kafkaError`. Rejects with
 * KAFKA_UNAVAILABLE after `limitMs`. `doing` as for `kafkaError`.
 */
export async function withRequestLimit<T>(
  request: Promise<T>,
  doing: string,
  limitMs: number,
): Promise<T> {
  const late = () => new Error(`no response within ${limitMs / 1000} s`)
  return withTimeout(request, limitMs, late).catch((error) => {
    throw kafkaError(error, doing)
  })
}
