import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'

export interface FetchedToken {
  value: string
  /** For how long it holds, from when it was asked for; 0 if the server does not say. */
  lifeMs: number
}

const LIMIT_MS = 5_000
const ANSWER_BYTES_MAX = 65_536
const TOKEN = /^[\x21-\x7e]+$/
/** The error codes of OAuth, such as `invalid_client`. */
const ERROR = /^[\w.-]{1,64}$/

type Answer = { access_token?: unknown; expires_in?: unknown; error?: unknown }

/**
 * Asks for a token with the client's credentials. Rejects with KAFKA_UNAVAILABLE if asking again may
 * help, else with KAFKA_REFUSED; neither holds the secret.
 */
export async function requestToken(config: Config): Promise<FetchedToken> {
  const url = config.KAFKA_OAUTH_TOKEN_URL ?? ''
  const { status, answer } = await ask(url, config).catch((error) => {
    throw unavailable(url, reasonOf(error))
  })
  const { access_token: value, expires_in: lifeS, error } = answer
  if (status === 200 && typeof value === 'string' && TOKEN.test(value)) {
    return { value, lifeMs: Math.max(0, Number(lifeS) || 0) * 1_000 }
  }
  if (status === 200) throw refused(url, 'expected a JSON object with an access_token')
  const why = typeof error === 'string' && ERROR.test(error) ? `${status} ${error}` : `${status}`
  throw status >= 500 || status === 429 ? unavailable(url, why) : refused(url, why)
}

async function ask(url: string, config: Config): Promise<{ status: number; answer: Answer }> {
  const scope = config.KAFKA_OAUTH_SCOPE
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials(config)}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
    // The secret is for that address alone.
    redirect: 'manual',
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  return { status: response.status, answer: parsed(await limitedText(response)) }
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
    if (bytes > ANSWER_BYTES_MAX)
      throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(text: string): Answer {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

/** fetch says what went wrong in the cause. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as Error
  if (name === 'TimeoutError') return `no answer within ${LIMIT_MS / 1_000} s`
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
