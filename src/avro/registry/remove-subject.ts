import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import type { RegistrySettings } from './client.ts'

const TIMEOUT_MS = 10_000

/**
 * Deletes a subject with its versions and its compatibility level; a missing subject is not an error.
 * The library's client has no call for it. Rejects with REGISTRY_UNAVAILABLE or REGISTRY_REFUSED.
 */
export async function removeSubject(settings: RegistrySettings, subject: string): Promise<void> {
  const name = encodeURIComponent(subject)
  // A registry requires a soft delete before a permanent one.
  for (const path of [`subjects/${name}`, `subjects/${name}?permanent=true`, `config/${name}`]) {
    await remove(settings, path)
  }
}

async function remove(settings: RegistrySettings, path: string): Promise<void> {
  const url = `${settings.SCHEMA_REGISTRY_URL.replace(/\/+$/, '')}/${path}`
  const request = {
    method: 'DELETE',
    headers: headersOf(settings),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }
  const response = await fetch(url, request).catch((cause) => {
    const message = `cannot delete ${url}: ${messageOf(cause)}`
    throw new InventoryEventsError('REGISTRY_UNAVAILABLE', message, { cause, retryable: true })
  })
  await response.body?.cancel()
  if (response.ok || response.status === 404) return
  const message = `cannot delete ${url}: the schema registry returned ${response.status}`
  throw new InventoryEventsError('REGISTRY_REFUSED', message)
}

function headersOf(settings: RegistrySettings): Record<string, string> {
  const { SCHEMA_REGISTRY_USERNAME: user, SCHEMA_REGISTRY_PASSWORD: password = '' } = settings
  if (user === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}
