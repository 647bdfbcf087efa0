import { hasToken } from '../observe/bearer.ts'
import type { EventDefaults } from './fill-id-and-time.ts'
import type { ProblemDetails } from './http/problem-details.ts'
import { KEY_PATTERN, readIdempotencyKey } from './idempotency-key.ts'
import { headerOf, type IntakeRoute, readAll } from './intake-route.ts'
import { readPluginEvent } from './read-plugin-event.ts'

const KEY_HEADER = 'Idempotency-Key'

/** Plugin events, let in by a bearer token. */
export function pluginRoute({ token, mint }: { token: string; mint: EventDefaults }): IntakeRoute {
  return {
    path: '/events',
    admit: (headers) => (hasToken(headers.authorization, token) ? undefined : UNAUTHORISED),
    read({ values, isBatch }, headers) {
      const key = readIdempotencyKey(headerOf(headers, KEY_HEADER.toLowerCase()))
      if (typeof key === 'object') return key
      const keyOf = (index: number) => (isBatch && key !== undefined ? `${key}:${index}` : key)
      return readAll(values, (value, index) => readPluginEvent(value, mint, keyOf(index)))
    },
    eventSchema: 'PluginEvent',
    operation: {
      operationId: 'takePluginEvents',
      summary: "Plugin events, InvenTree's",
      description:
        'One event, or several as a list or as JSON Lines. An event without an id is given one: that of Idempotency-Key, with ":" and its number from 0 in a list, or a new one; then a request that is sent again makes another event.',
      security: [{ bearer: [] }],
      parameters: [
        {
          name: KEY_HEADER,
          in: 'header',
          required: false,
          description: 'The id of the event, the same when the request is sent again.',
          schema: { type: 'string', pattern: KEY_PATTERN },
        },
      ],
    },
  }
}

const UNAUTHORISED: ProblemDetails = {
  status: 401,
  detail: 'Authorization: expected "Bearer" and the token of the gateway',
  headers: { 'www-authenticate': 'Bearer' },
}
