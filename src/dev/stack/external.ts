import { InventoryEventsError } from '../../util/errors.ts'
import type { Endpoints } from './maven-stack.ts'
import { waitUntil } from './process/poll.ts'
import { isRegistryReady, listens } from './readiness.ts'

const ANSWER_MS = 10_000

/** The endpoints in the environment, if any. Throws CONFIG_INVALID if only one of the two is set. */
export function externalEndpoints(env: NodeJS.ProcessEnv): Endpoints | undefined {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = env
  if (brokers && registryUrl) return { brokers, registryUrl }
  if (!brokers && !registryUrl) return undefined
  const [set, missing] = brokers
    ? ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL']
    : ['SCHEMA_REGISTRY_URL', 'KAFKA_BROKERS']
  throw new InventoryEventsError(
    'CONFIG_INVALID',
    `${set} is set, but ${missing} is not: set both to use a running Kafka, or neither`,
  )
}

/** Throws KAFKA_UNAVAILABLE or REGISTRY_UNAVAILABLE if nothing responds at these addresses. */
export async function checkExternal(endpoints: Endpoints, timeoutMs = ANSWER_MS): Promise<void> {
  const addresses = endpoints.brokers.split(',').map((address) => address.trim())
  const someBroker = async () => (await Promise.all(addresses.map(listens))).includes(true)
  const registry = () => isRegistryReady(endpoints.registryUrl)
  const [brokerUp, registryUp] = await Promise.all([
    waitUntil(someBroker, { timeoutMs }),
    waitUntil(registry, { timeoutMs }),
  ])
  if (brokerUp && registryUp) return
  const silent = [
    ...(brokerUp ? [] : [`a broker at KAFKA_BROKERS=${endpoints.brokers}`]),
    ...(registryUp
      ? []
      : [`a registry at SCHEMA_REGISTRY_URL=${withoutCredentials(endpoints.registryUrl)}`]),
  ]
  throw new InventoryEventsError(
    brokerUp ? 'REGISTRY_UNAVAILABLE' : 'KAFKA_UNAVAILABLE',
    `waited ${timeoutMs / 1000} s for ${silent.join(' and ')}: no response`,
    { retryable: true },
  )
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
