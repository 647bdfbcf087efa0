import kafkajs from 'kafkajs'
import { type Clock, systemClock } from '../../util/clock.ts'
import { isMissingTopic } from './errors.ts'

const ATTEMPTS = 9
const DELAY_MS = { first: 100, most: 2_000 }

/**
 * Retries a request to the brokers for up to 8 s. kafkajs's admin client sends offset requests only
 * once, so they fail when a leader or coordinator has just moved or a broker has gone down,
 * although the same request would succeed a few hundred milliseconds later.
 */
export async function retryRequest<T>(
  request: () => Promise<T>,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<T> {
  let delayMs = DELAY_MS.first
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request()
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error
    }
    await clock.sleep(delayMs)
    delayMs = Math.min(delayMs * 2, DELAY_MS.most)
  }
}

/** False for what kafkajs itself has retried in vain: it marks that as not retriable. */
function isTransient(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSError && error.retriable && !isMissingTopic(error)
}
