import { InventoryEventsError } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'
import type { RegistryResponse } from './http.ts'

/** The registry's own codes for a subject, a version or a schema that it does not have. */
export const NOT_FOUND: readonly number[] = [40401, 40402, 40403]
/** The subject has no compatibility level of its own. */
export const NO_OWN_LEVEL = 40408

/** A proxy may respond with a whole HTML page. */
const SHOWN_CHARS_MAX = 200

const RETRYABLE_STATUSES: readonly number[] = [408, 425, 429]

/** What the registry says of a request that failed. */
interface RegistryFailure {
  error_code: number
  message: string
}

/** The registry's own error code; undefined if something in between responded. */
export function errorCode(response: RegistryResponse): number | undefined {
  return failureOf(response)?.error_code
}

/**
 * REGISTRY_REFUSED with the registry's message if it rejects the request. Everything else may pass,
 * and is REGISTRY_UNAVAILABLE: a server error, and whatever a proxy or a wrong address responds.
 */
export function responseError(
  url: string,
  what: string,
  response: RegistryResponse,
): InventoryEventsError {
  const { status, body } = response
  if (status === 401 || status === 403) {
    return refused(`${what}: the schema registry at ${url} refused the credentials (${status})`)
  }
  const failure = failureOf(response)
  const isRejected = status >= 400 && status < 500 && status !== 404
  if (failure !== undefined && isRejected && !RETRYABLE_STATUSES.includes(status)) {
    return refused(`${what}: the schema registry at ${url} refused: ${failure.message} (${status})`)
  }
  const shown = failure?.message ?? body.trim()
  return unavailable(url, what, `status ${status}${shown === '' ? '' : `: ${shown}`}`)
}

export function unavailable(url: string, what: string, why: string): InventoryEventsError {
  const shown = withTlsHint(why.slice(0, SHOWN_CHARS_MAX), { ca: 'SCHEMA_REGISTRY_CA' })
  const message = `${what}: unexpected response from the schema registry at ${url}: ${shown}`
  return new InventoryEventsError('REGISTRY_UNAVAILABLE', message, { retryable: true })
}

export function refused(message: string): InventoryEventsError {
  return new InventoryEventsError('REGISTRY_REFUSED', message)
}

function failureOf({ body }: RegistryResponse): RegistryFailure | undefined {
  try {
    const { error_code, message } = JSON.parse(body) as Partial<RegistryFailure>
    if (!Number.isInteger(error_code)) return undefined
    return { error_code: error_code as number, message: String(message ?? `error ${error_code}`) }
  } catch {
    return undefined
  }
}
