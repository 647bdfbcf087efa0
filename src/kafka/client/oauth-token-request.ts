import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'

export interface FetchedToken {
  value: string
  /** How long it is valid, counted from the request; 0 if the server does not say. */
  lifeMs: number
}

const TIMEOUT_MS = 5_000
const RESPONSE_BYTES_MAX = 65_536
const TOKEN = /^[\x21-\x7e]+$/
/** An OAuth error code, such as `invalid_client`. */
const ERROR = /^[\w.-]{1,64}$/

type TokenResponse = { access_token?: unknown; expires_in?: unknown; error?: unknown }

/**
 * Requests a token with the client credentials grant. Rejects with KAFKA_UNAVAILABLE if a retry may
 * help, else with KAFKA_REFUSED; neither message contains the secret.
 */
export async function requestToken(config: Config): Promise<FetchedToken> {
  const url = config.KAFKA_OAUTH_TOKEN_URL ?? ''
  const { status, body } = await post(url, config).catch((error) => {
    throw unavailable(url, reasonOf(error))
  })
  const { access_token: value, expires_in: lifeS, error } = body
  if (status === 200 && typeof value === 'string' && TOKEN.test(value)) {
    return { value, lifeMs: Math.max(0, Number(lifeS) || 0) * 1_000 }
  }
  if (status === 200) throw refused(url, 'expected a JSON object with an access_token')
  const why = typeof error === 'string' && ERROR.test(error) ? `${status} ${error}` : `${status}`
  throw status >= 500 || status === 429 ? unavailable(url, why) : refused(url, why)
}

async function post(url: string, config: Config): Promise<{ status: number; body: TokenResponse }> {
  const scope = config.KAFKA_OAUTH_SCOPE
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials(config)}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
    // The secret must not be sent to any other address.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  return { status: response.status, body: parsed(await limitedText(response)) }
}

function credentials(config: Config): string {
  const id = currentValue(config, 'KAFKA_OAUTH_CLIENT_ID') ?? ''
  const secret = currentValue(config, 'KAFKA_OAUTH_CLIENT_SECRET') ?? ''
  const encoded = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`
  return Buffer.from(encoded).toString('base64')
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > RESPONSE_BYTES_MAX)
      throw new Error(`the response is larger than ${RESPONSE_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): TokenResponse {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** `fetch` puts the reason into the cause. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return `no response within ${TIMEOUT_MS / 1_000} s`
  if (cause instanceof AggregateError) return messageOf(cause.errors[0])
  return messageOf(cause ?? error)
}

function unavailable(url: string, why: string): InventoryEventsError {
  const message = `KAFKA_OAUTH_TOKEN_URL: no token from ${url}: ${why}`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}

function refused(url: string, why: string): InventoryEventsError {
  return new InventoryEventsError(
    'KAFKA_REFUSED',
    `KAFKA_OAUTH_TOKEN_URL: ${url} refused: ${why}; see KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET`,
  )
}
