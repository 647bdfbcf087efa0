import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'
import { CLIENT_ID } from './client.ts'

/** What the client throws for every answer that is no success, and for no answer at all. */
interface ClientError {
  status?: number
  message: string
}

/** The client says 400 when nobody answered; only the registry's own words tell the two apart. */
const NO_WORDS = `${CLIENT_ID} - Error, status`
const NOBODY_ANSWERED = `${NO_WORDS} 400: `
const WORDS = `${CLIENT_ID} - `

/** A proxy may answer with a whole page. */
const SHOWN_CHARS_MAX = 200

const PASSING_STATUSES: readonly unknown[] = [408, 425, 429]

/** Whether the registry itself says that it has no such thing. A proxy's 404 is not its answer. */
export function isNotFound(error: unknown): boolean {
  return (error as ClientError).status === 404 && wordsOf(error) !== undefined
}

/** REGISTRY_UNAVAILABLE if asking again may help, else REGISTRY_REFUSED with the registry's words. */
export function registryError(url: string, what: string, error: unknown): InventoryEventsError {
  if (error instanceof InventoryEventsError) return error
  const { status } = error as ClientError
  if (status === 401 || status === 403) {
    return refused(`${what}: the schema registry at ${url} refused the login (${status})`)
  }
  const words = wordsOf(error)
  const mayPass = words === undefined || status === undefined || status >= 500
  if (mayPass || PASSING_STATUSES.includes(status)) return unavailable(url, what, error)
  return refused(`${what}: the schema registry at ${url} refused: ${words} (${status})`)
}

function unavailable(url: string, what: string, error: unknown): InventoryEventsError {
  const why = messageOf(error).replace(NOBODY_ANSWERED, '').replace(NO_WORDS, 'status')
  const words = why.replace(WORDS, '').slice(0, SHOWN_CHARS_MAX)
  const shown = withTlsHint(words, { ca: 'SCHEMA_REGISTRY_CA' })
  const message = `${what}: the schema registry at ${url} did not answer as expected: ${shown}`
  return new InventoryEventsError('REGISTRY_UNAVAILABLE', message, { retryable: true })
}

function refused(message: string): InventoryEventsError {
  return new InventoryEventsError('REGISTRY_REFUSED', message)
}

function wordsOf(error: unknown): string | undefined {
  const message = messageOf(error)
  const hasWords = message.startsWith(WORDS) && !message.startsWith(NO_WORDS)
  return hasWords ? message.slice(WORDS.length) : undefined
}
