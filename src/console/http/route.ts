import type { Role } from '../../config/console-users.ts'
import type { User } from '../access/roles.ts'

/** What a handler is given. */
export interface Call {
  user: User
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, unknown>>
  body: unknown
}

/** A route of the API: everything that is known of it is here, so that the tests and the OpenAPI see all. */
export interface Route {
  method: 'GET' | 'POST'
  /** Such as `/api/plugins/:slug`. */
  path: string
  role: Role
  summary: string
  /** Names of the texts that the body must have. */
  body?: readonly string[]
  /** Names of the texts that the query may have. */
  query?: readonly string[]
  /** What it returns is sent as JSON; `Lines` are sent as they are made. */
  handle(call: Call): unknown
}

/** An answer other than 200. Its detail is shown to people. */
export class Refused extends Error {
  readonly status: 400 | 403 | 404 | 409 | 429 | 503

  constructor(status: Refused['status'], detail: string) {
    super(detail)
    this.status = status
  }
}
