import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'
import { CLIENT_ID } from './client.ts'

/** What the client throws for every unsuccessful response, and when there is no response. */
interface ClientError {
  status?: number
  message: string
}

/** The client reports status 400 when there was no response; only the message tells the two apart. */
const NO_MESSAGE = `${CLIENT_ID} - Error, status`
const NO_RESPONSE = `${NO_MESSAGE} 400: `
const MESSAGE_PREFIX = `${CLIENT_ID} - `

/** A proxy may respond with a whole HTML page. */
const SHOWN_CHARS_MAX = 200

const RETRYABLE_STATUSES: readonly unknown[] = [408, 425, 429]

/** Whether the registry itself responded 404; a 404 from a proxy does not count. */
export function isNotFound(error: unknown): boolean {
  return (error as ClientError).status === 404 && registryMessage(error) !== undefined
}

/** REGISTRY_UNAVAILABLE if a retry may help, else REGISTRY_REFUSED with the registry's message. */
export function registryError(url: string, what: string, error: unknown): InventoryEventsError {
  if (error instanceof InventoryEventsError) return error
  const { status } = error as ClientError
  if (status === 401 || status === 403) {
    return refused(`${what}: the schema registry at ${url} refused the credentials (${status})`)
  }
  const message = registryMessage(error)
  const mayPass = message === undefined || status === undefined || status >= 500
  if (mayPass || RETRYABLE_STATUSES.includes(status)) return unavailable(url, what, error)
  return refused(`${what}: the schema registry at ${url} refused: ${message} (${status})`)
}

function unavailable(url: string, what: string, error: unknown): InventoryEventsError {
  const why = messageOf(error).replace(NO_RESPONSE, '').replace(NO_MESSAGE, 'status')
  const short = why.replace(MESSAGE_PREFIX, '').slice(0, SHOWN_CHARS_MAX)
  const shown = withTlsHint(short, { ca: 'SCHEMA_REGISTRY_CA' })
  const message = `${what}: unexpected response from the schema registry at ${url}: ${shown}`
  return new InventoryEventsError('REGISTRY_UNAVAILABLE', message, { retryable: true })
}

function refused(message: string): InventoryEventsError {
  return new InventoryEventsError('REGISTRY_REFUSED', message)
}

/** The registry's own message; undefined if the error has none. */
function registryMessage(error: unknown): string | undefined {
  const message = messageOf(error)
  const isOwn = message.startsWith(MESSAGE_PREFIX) && !message.startsWith(NO_MESSAGE)
  return isOwn ? message.slice(MESSAGE_PREFIX.length) : undefined
}
