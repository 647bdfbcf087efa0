import type { Kinds } from '../event/kinds.ts'
import { hasToken } from '../observe/bearer.ts'
import type { EventDefaults } from './fill-id-and-time.ts'
import type { ProblemDetails } from './http/problem-details.ts'
import { KEY_PATTERN, readIdempotencyKey } from './idempotency-key.ts'
import { headerOf, type IntakeRoute, readAll } from './intake-route.ts'
import { readPluginEvent } from './read-plugin-event.ts'

const KEY_HEADER = 'Idempotency-Key'

/** Accepts plugin events, authorised by a bearer token. */
export function pluginRoute({
  kinds,
  token,
  mint,
}: {
  kinds: Kinds
  token(): string
  mint: EventDefaults
}): IntakeRoute {
  return {
    path: '/events',
    admit: (headers) => (hasToken(headers.authorization, token()) ? undefined : UNAUTHORISED),
    read({ values, isBatch }, headers) {
      const key = readIdempotencyKey(headerOf(headers, KEY_HEADER.toLowerCase()))
      if (typeof key === 'object') return key
      const keyOf = (index: number) => (isBatch && key !== undefined ? `${key}:${index}` : key)
      return readAll(values, (value, index) => readPluginEvent(kinds, value, mint, keyOf(index)))
    },
    eventSchema: 'PluginEvent',
    operation: {
      operationId: 'takePluginEvents',
      summary: "Plugin events, InvenTree's",
      description:
        'One event, or several as a list or as JSON Lines. An event without an id gets the Idempotency-Key as its id (in a list followed by ":" and its index, from 0), or else a new id; without either, a retried request creates another event.',
      security: [{ bearer: [] }],
      parameters: [
        {
          name: KEY_HEADER,
          in: 'header',
          required: false,
          description: 'The id of the event; use the same key when retrying the request.',
          schema: { type: 'string', pattern: KEY_PATTERN.source },
        },
      ],
    },
  }
}

const UNAUTHORISED: ProblemDetails = {
  status: 401,
  detail: "Authorization: expected Bearer and the gateway's token",
  headers: { 'www-authenticate': 'Bearer' },
}
