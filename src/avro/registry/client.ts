import type { Agent } from 'node:https'
import { createRequire } from 'node:module'
import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { withoutTrailingSlashes } from '../../util/trailing-slashes.ts'
import { agentTrusting } from './agent.ts'

/** A response of the registry. */
interface Response {
  data(): unknown
}

type Call = (params: Record<string, unknown>) => Promise<Response>

/** The HTTP client inside the registry library, whose responses are untyped. */
export interface RegistryClient {
  Schema: { find: Call }
  Subject: {
    all: Call
    latestVersion: Call
    version: Call
    registered: Call
    config: Call
    updateConfig: Call
    register: Call
    compatible: Call
  }
}

interface ClientOptions {
  host: string
  clientId: string
  auth?: { username: string; password: string }
  retry: { retries: number }
  agent?: Agent
}

export const CLIENT_ID = 'inventory-events'

/** Loaded with `require`: loaders differ in how they unwrap the default export of this CommonJS module. */
const library = createRequire(import.meta.url)(
  '@kafkajs/confluent-schema-registry/dist/api/index.js',
) as { default: (options: ClientOptions) => RegistryClient }

export interface RegistrySettings {
  /** May contain a user and password, which are removed from the URL that is shown. */
  SCHEMA_REGISTRY_URL: string
  SCHEMA_REGISTRY_USERNAME?: string | undefined
  SCHEMA_REGISTRY_PASSWORD?: string | undefined
  SCHEMA_REGISTRY_CA?: string | undefined
  files?: Config['files']
}

export interface RegistryConnection {
  /** Without credentials. */
  url: string
  auth?: { username: string; password: string }
  /** Trusts SCHEMA_REGISTRY_CA, if that is set. */
  agent?: Agent
}

/** Returns the client and the URL without credentials. The client does not retry; callers do. */
export function createRegistryClient(settings: RegistrySettings): {
  client: RegistryClient
  url: string
} {
  const { url: host, ...connection } = registryConnection(settings)
  const client = library.default({
    host,
    clientId: CLIENT_ID,
    retry: { retries: 0 },
    ...connection,
  })
  return { client, url: host }
}

/** How to reach the registry, for requests with or without the client. */
export function registryConnection(settings: RegistrySettings): RegistryConnection {
  const { url, username, password } = addressOf(settings)
  const auth = username === '' ? {} : { auth: { username, password } }
  return { url, ...auth, ...agentFor(settings) }
}

function agentFor(settings: RegistrySettings): { agent?: Agent } {
  if (settings.SCHEMA_REGISTRY_CA === undefined) return {}
  const { SCHEMA_REGISTRY_CA, files } = settings
  const source = { SCHEMA_REGISTRY_CA, ...(files && { files }) }
  return { agent: agentTrusting(() => currentValue(source, 'SCHEMA_REGISTRY_CA')) }
}

function addressOf(settings: RegistrySettings) {
  const url = new URL(settings.SCHEMA_REGISTRY_URL)
  const username = settings.SCHEMA_REGISTRY_USERNAME ?? decodeURIComponent(url.username)
  const password = settings.SCHEMA_REGISTRY_PASSWORD ?? decodeURIComponent(url.password)
  url.username = ''
  url.password = ''
  return { url: withoutTrailingSlashes(url.href), username, password }
}
