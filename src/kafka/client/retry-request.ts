import kafkajs from 'kafkajs'
import { type Clock, systemClock } from '../../util/clock.ts'
import { retry } from '../../util/retry.ts'
import { isMissingTopic } from './errors.ts'

const ATTEMPTS = 16
const BACKOFF = { firstMs: 100, maxMs: 2_000 }

/**
 * Retries a request to the brokers for up to 23 s. kafkajs's admin client sends offset requests only
 * once, so they fail when a leader or coordinator has just moved or a broker has gone down,
 * although the same request would mostly succeed a few hundred milliseconds later. A busy broker may
 * take ten seconds until it leads the partitions of a new topic.
 */
export function retryRequest<T>(
  request: () => Promise<T>,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<T> {
  return retry(request, { attempts: ATTEMPTS, backoff: BACKOFF, isRetryable: isTransient, clock })
}

/** False for what kafkajs itself has retried in vain: it marks that as not retriable. */
function isTransient(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSError && error.retriable && !isMissingTopic(error)
}
