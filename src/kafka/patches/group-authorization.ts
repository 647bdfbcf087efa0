import { prototypeIn } from './internals.ts'

interface Broker {
  findGroupCoordinator(options: unknown): Promise<unknown>
}

interface Cluster {
  brokerPool: {
    withBroker(ask: (at: { broker: Broker }) => Promise<unknown>): Promise<unknown>
  }
  findGroupCoordinatorMetadata(options: unknown): Promise<unknown>
}

let done = false

/**
 * Lets a group that may not be used fail with Kafka's own answer. kafkajs says that it finds no
 * coordinator, which would pass by itself, and so asks for ever. Another version of it is left alone.
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

/** What kafkajs swallowed, by asking once more. */
async function refusalOf(cluster: Cluster, options: unknown): Promise<unknown> {
  let refusal: unknown
  const ask = ({ broker }: { broker: Broker }) =>
    broker.findGroupCoordinator(options).catch((error: { type?: string }) => {
      if (error.type?.endsWith('_AUTHORIZATION_FAILED')) refusal ??= error
      throw error
    })
  await cluster.brokerPool.withBroker(ask).catch(() => undefined)
  return refusal
}
