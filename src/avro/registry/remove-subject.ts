import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { type RegistryConnection, type RegistrySettings, registryConnection } from './client.ts'

const TIMEOUT_MS = 10_000

/**
 * Deletes a subject with its versions and its compatibility level; a missing subject is not an error.
 * The library's client has no call for it. Rejects with REGISTRY_UNAVAILABLE or REGISTRY_REFUSED.
 */
export async function removeSubject(settings: RegistrySettings, subject: string): Promise<void> {
  const connection = registryConnection(settings)
  const name = encodeURIComponent(subject)
  // A registry requires a soft delete before a permanent one.
  for (const path of [`subjects/${name}`, `subjects/${name}?permanent=true`, `config/${name}`]) {
    await remove(connection, path)
  }
}

async function remove(connection: RegistryConnection, path: string): Promise<void> {
  const url = `${connection.url}/${path}`
  const status = await sendDelete(url, connection).catch((cause) => {
    const message = `cannot delete ${url}: ${messageOf(cause)}`
    throw new InventoryEventsError('REGISTRY_UNAVAILABLE', message, { cause, retryable: true })
  })
  if ((status >= 200 && status < 300) || status === 404) return
  const message = `cannot delete ${url}: the schema registry returned ${status}`
  throw new InventoryEventsError('REGISTRY_REFUSED', message)
}

/** Resolves to the status. Not `fetch`, which can't use the agent that trusts SCHEMA_REGISTRY_CA. */
function sendDelete(url: string, { auth, agent }: RegistryConnection): Promise<number> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const options = {
    method: 'DELETE',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(auth && { auth: `${auth.username}:${auth.password}` }),
    ...(agent && { agent }),
  }
  return new Promise((resolve, reject) => {
    request(url, options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}
