import { InventoryEventsError } from '../../util/errors.ts'
import type { Endpoints } from './maven-stack.ts'
import { waitUntil } from './process/poll.ts'
import { isRegistryReady, listens } from './readiness.ts'

const ANSWER_MS = 10_000

/** What the environment names. Throws CONFIG_INVALID when it names only one of the two. */
export function externalEndpoints(env: NodeJS.ProcessEnv): Endpoints | undefined {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = env
  if (brokers && registryUrl) return { brokers, registryUrl }
  if (!brokers && !registryUrl) return undefined
  const [set, missing] = brokers
    ? ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL']
    : ['SCHEMA_REGISTRY_URL', 'KAFKA_BROKERS']
  throw new InventoryEventsError(
    'CONFIG_INVALID',
    `${set} is set, but ${missing} is not: set both to use a Kafka that runs, or none of them`,
  )
}

/** Throws when no broker, or no registry, answers at the given addresses. */
export async function checkExternal(given: Endpoints, timeoutMs = ANSWER_MS): Promise<void> {
  const addresses = given.brokers.split(',').map((address) => address.trim())
  const someBroker = async () => (await Promise.all(addresses.map(listens))).includes(true)
  const registry = () => isRegistryReady(given.registryUrl)
  const [brokerUp, registryUp] = await Promise.all([
    waitUntil(someBroker, { timeoutMs }),
    waitUntil(registry, { timeoutMs }),
  ])
  if (brokerUp && registryUp) return
  const silent = [
    ...(brokerUp ? [] : [`a broker at KAFKA_BROKERS=${given.brokers}`]),
    ...(registryUp ? [] : [`a registry at SCHEMA_REGISTRY_URL=${withoutLogin(given.registryUrl)}`]),
  ]
  throw new InventoryEventsError(
    brokerUp ? 'REGISTRY_UNAVAILABLE' : 'KAFKA_UNAVAILABLE',
    `waited ${timeoutMs / 1000} s for ${silent.join(' and ')}: no answer`,
    { retryable: true },
  )
}

function withoutLogin(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
