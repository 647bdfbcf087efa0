import type { Agent } from 'node:https'
import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { withoutTrailingSlashes } from '../../util/trailing-slashes.ts'
import { agentTrusting } from './agent.ts'

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
  /** Asked before each request, because passwords are rotated. */
  auth?(): { username: string; password: string }
  /** Trusts SCHEMA_REGISTRY_CA, if that is set. */
  agent?: Agent
}

export function registryConnection(settings: RegistrySettings): RegistryConnection {
  const { url, username, password } = addressOf(settings)
  const { SCHEMA_REGISTRY_USERNAME, SCHEMA_REGISTRY_PASSWORD, files } = settings
  const source = { SCHEMA_REGISTRY_USERNAME, SCHEMA_REGISTRY_PASSWORD, ...(files && { files }) }
  const auth = () => ({
    username: currentValue(source, 'SCHEMA_REGISTRY_USERNAME') ?? username,
    password: currentValue(source, 'SCHEMA_REGISTRY_PASSWORD') ?? password,
  })
  return { url, ...(username !== '' && { auth }), ...agentFor(settings) }
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
