import type { IncomingHttpHeaders } from 'node:http'
import type { Kinds } from '../event/kinds.ts'
import type { Clock } from '../util/clock.ts'
import type { ProblemDetails } from './http/problem-details.ts'
import { headerOf, type IntakeRoute, readAll } from './intake-route.ts'
import { readWebhookEvent } from './read-webhook.ts'
import { isSignedBy, readSignature } from './signature.ts'

export interface WebhookOptions {
  kinds: Kinds
  /** Those that are valid by now. Undefined: signatures are not checked. */
  secrets: (() => readonly string[]) | undefined
  toleranceMs: number
  clock: Pick<Clock, 'now'>
}

const HEADER = 'X-Tracktile-Signature'

/** Accepts inventory events, signed over the bytes of the body. */
export function webhookRoute({ kinds, secrets, toleranceMs, clock }: WebhookOptions): IntakeRoute {
  const signatureIn = (headers: IncomingHttpHeaders) =>
    readSignature(headerOf(headers, HEADER.toLowerCase()), { nowMs: clock.now(), toleranceMs })

  return {
    path: '/webhooks/inventory',
    admit(headers) {
      if (secrets === undefined) return undefined
      const read = signatureIn(headers)
      return read.ok ? undefined : unauthorised(read.why)
    },
    verify(headers, body) {
      if (secrets === undefined) return undefined
      const read = signatureIn(headers)
      if (!read.ok) return unauthorised(read.why)
      const isSigned = isSignedBy(secrets(), read.signature, body)
      return isSigned ? undefined : unauthorised('signature matches none of the configured secrets')
    },
    read: ({ values }) => readAll(values, (value) => readWebhookEvent(kinds, value)),
    eventSchema: 'WebhookEvent',
    operation: {
      operationId: 'takeInventoryEvents',
      summary: 'Inventory events, as webhooks deliver them',
      description: `One event, or several as a list or as JSON Lines. Kinds without a schema are accepted.`,
      security: secrets === undefined ? [] : [{ signature: [] }],
    },
  }
}

/** The OpenAPI security scheme of the signature. */
export const SIGNATURE_SCHEME = {
  type: 'apiKey',
  in: 'header',
  name: HEADER,
  description:
    't=<unix seconds>,v1=<hex>, where v1 is the HMAC-SHA256 of "<t>.<body>", byte for byte.',
} as const

function unauthorised(why: string): ProblemDetails {
  const detail = `${HEADER}: ${why}`
  return { status: 401, detail, headers: { 'www-authenticate': HEADER } }
}
