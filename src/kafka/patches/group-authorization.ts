import { prototypeIn } from './internals.ts'

interface Broker {
  findGroupCoordinator(options: unknown): Promise<unknown>
}

interface Cluster {
  brokerPool: {
    withBroker(request: (at: { broker: Broker }) => Promise<unknown>): Promise<unknown>
  }
  findGroupCoordinatorMetadata(options: unknown): Promise<unknown>
}

let done = false

/**
 * Surfaces GROUP_AUTHORIZATION_FAILED, which kafkajs hides: it reports that it finds no
 * coordinator, a retriable error, and so retries for ever. Another version of kafkajs is left
 * unpatched.
 */
export function surfaceGroupAuthorizationErrors(): void {
  const cluster = prototypeIn<Cluster>('cluster')
  if (done || cluster === undefined) return
  done = true
  const find = cluster.findGroupCoordinatorMetadata
  cluster.findGroupCoordinatorMetadata = async function (this: Cluster, options) {
    try {
      return await find.call(this, options)
    } catch (error) {
      throw (await refusalOf(this, options)) ?? error
    }
  }
}

/** The error that kafkajs swallowed, by sending the request once more. */
async function refusalOf(cluster: Cluster, options: unknown): Promise<unknown> {
  let refusal: unknown
  const request = ({ broker }: { broker: Broker }) =>
    broker.findGroupCoordinator(options).catch((error: { type?: string }) => {
      if (error.type?.endsWith('_AUTHORIZATION_FAILED')) refusal ??= error
      throw error
    })
  await cluster.brokerPool.withBroker(request).catch(() => undefined)
  return refusal
}
