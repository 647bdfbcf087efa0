import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { type RegistryConnection, type RegistrySettings, registryConnection } from './connection.ts'
import { send } from './http.ts'

const TIMEOUT_MS = 10_000

/**
 * Deletes a subject with its versions and its compatibility level; a missing subject is not an error.
 * Rejects with REGISTRY_UNAVAILABLE or REGISTRY_REFUSED.
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
  const { status } = await send(connection, { method: 'DELETE', path }, TIMEOUT_MS).catch(
    (cause) => {
      const message = `cannot delete ${url}: ${messageOf(cause)}`
      throw new InventoryEventsError('REGISTRY_UNAVAILABLE', message, { cause, retryable: true })
    },
  )
  if ((status >= 200 && status < 300) || status === 404) return
  const message = `cannot delete ${url}: the schema registry returned ${status}`
  throw new InventoryEventsError('REGISTRY_REFUSED', message)
}
