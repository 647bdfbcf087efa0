import type { Clock } from '../../util/clock.ts'
import { retry } from '../../util/retry.ts'
import { kafkaError } from '../client/errors.ts'
import { requireNoError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { initProducerIdRequest } from '../protocol/requests/init-producer-id.ts'
import { Sender } from './sender.ts'

const REQUEST_LIMIT_MS = 10_000
/** Up to 8 s: brokers that have just started do not give ids yet. */
const ATTEMPTS = 9
const WITHOUT_TRANSACTIONS = { transactionalId: null, timeoutMs: 60_000 }
const BACKOFF = { firstMs: 100, maxMs: 2_000 }

/** A sender with a producer id of its own. Rejects with the broker's error or kafkajs's. */
export function openSender(
  cluster: Cluster,
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>,
  maxRequestBytes: number,
): Promise<Sender> {
  const isRetryable = (error: unknown) => kafkaError(error, 'get a producer id').retryable
  return retry(() => attempt(cluster, clock, maxRequestBytes), {
    attempts: ATTEMPTS,
    backoff: BACKOFF,
    isRetryable,
    clock,
  })
}

async function attempt(
  cluster: Cluster,
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>,
  maxRequestBytes: number,
) {
  await cluster.refresh()
  const producer = await cluster.sendToAny(
    initProducerIdRequest,
    WITHOUT_TRANSACTIONS,
    REQUEST_LIMIT_MS,
  )
  requireNoError(producer.errorCode, 'get a producer id')
  return new Sender({ cluster, clock, producer, maxRequestBytes })
}
