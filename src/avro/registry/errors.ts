import { InventoryEventsError } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'
import type { RegistryRequest, RegistryResponse } from './http.ts'

/** The registry's own codes for a subject, a version or a schema that it does not have. */
export const NOT_FOUND: readonly number[] = [40401, 40402, 40403]
/** The subject has no compatibility level of its own. */
export const NO_OWN_LEVEL = 40408

/** A proxy may respond with a whole HTML page. */
const SHOWN_CHARS_MAX = 200

const RETRYABLE_STATUSES: readonly number[] = [408, 425, 429]

/** A wrong path gets a 404, or a page, from whatever serves the address. */
const WRONG_PATH =
  'does SCHEMA_REGISTRY_URL name the Confluent-compatible API? Of Apicurio its path is /apis/ccompat/v7'

/** A request that failed: what it was for, and what was asked of which registry. */
export interface FailedRequest {
  what: string
  url: string
  request: RegistryRequest
}

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
  asked: FailedRequest,
  response: RegistryResponse,
): InventoryEventsError {
  const { what, url } = asked
  const { status, body } = response
  if (status === 401 || status === 403) {
    return refused(`${what}: the schema registry at ${url} refused the credentials (${status})`)
  }
  const failure = failureOf(response)
  const isRejected = status >= 400 && status < 500 && status !== 404
  if (failure !== undefined && isRejected && !RETRYABLE_STATUSES.includes(status)) {
    return refused(`${what}: the schema registry at ${url} refused: ${failure.message} (${status})`)
  }
  const shown = (failure?.message ?? body.trim()).slice(0, SHOWN_CHARS_MAX)
  const why = `status ${status}${shown === '' ? '' : `: ${shown}`}`
  return unexpected(asked, status === 404 ? `${why}; ${WRONG_PATH}` : why)
}

/** Something responded, but not as a schema registry does. */
export function unexpected({ what, url, request }: FailedRequest, why: string) {
  return unavailable(
    `${what}: unexpected response to ${request.method} ${url}/${request.path}: ${why}`,
  )
}

export function noJson(asked: FailedRequest): InventoryEventsError {
  return unexpected(asked, `not JSON; ${WRONG_PATH}`)
}

/** Nothing responded, or not to the end. */
export function noResponse({ what, url }: FailedRequest, why: string): InventoryEventsError {
  const shown = withTlsHint(why.slice(0, SHOWN_CHARS_MAX), { ca: 'SCHEMA_REGISTRY_CA' })
  return unavailable(`${what}: the schema registry at ${url} did not respond: ${shown}`)
}

function unavailable(message: string): InventoryEventsError {
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
