import type { IncomingHttpHeaders } from 'node:http'
import type { KnownUser } from '../../config/console-users.ts'
import type { Clock } from '../../util/clock.ts'
import type { User } from './roles.ts'
import { Sessions } from './sessions.ts'
import { userWithToken } from './users.ts'

/** The parts of a request that say who sent it. */
export interface Sender {
  headers: IncomingHttpHeaders
  /** The address of the connection, whatever headers say. */
  address: string
}

export interface AccessOptions {
  /** The users as the file has them now. */
  users: () => ReadonlyMap<string, KnownUser>
  /** The header in which a proxy names the user, believed of these addresses only. */
  proxy: { header: string; addresses: readonly string[] } | undefined
  /** On loopback, beside a local stack: who this is without a login. */
  local: User | undefined
  clock: Pick<Clock, 'now'>
}

/** Logins that are being checked at once; each takes 16 MB and 50 ms of a thread. */
const LOGINS_MAX = 4
const COOKIE = 'inventory_events_console'

/** Who sends a request, and logins. */
export class Access {
  readonly #options: AccessOptions
  readonly #sessions: Sessions
  #logins = 0

  constructor(options: AccessOptions) {
    this.#options = options
    this.#sessions = new Sessions(options.clock)
  }

  userOf(sender: Sender): User | undefined {
    const { local } = this.#options
    if (local !== undefined) return local
    const name = this.#proxied(sender) ?? this.#sessions.nameOf(sessionIn(sender))
    const known = name === undefined ? undefined : this.#options.users().get(name)
    return known && { name: known.name, role: known.role }
  }

  /** The cookie of a new session; undefined if nobody has the token, `busy` if too many ask at once. */
  async logIn(token: string): Promise<{ cookie: string; user: User } | 'busy' | undefined> {
    if (this.#logins >= LOGINS_MAX) return 'busy'
    this.#logins += 1
    try {
      const user = await userWithToken(this.#options.users(), token)
      return user && { user, cookie: cookieOf(this.#sessions.begin(user)) }
    } finally {
      this.#logins -= 1
    }
  }

  /** Ends the session, and returns the cookie that says so. */
  logOut(sender: Sender): string {
    this.#sessions.end(sessionIn(sender))
    return `${cookieOf('')}; Max-Age=0`
  }

  #proxied({ headers, address }: Sender): string | undefined {
    const { proxy } = this.#options
    if (proxy === undefined || !proxy.addresses.includes(plain(address))) return undefined
    const name = headers[proxy.header.toLowerCase()]
    return typeof name === 'string' ? name : undefined
  }
}

/** Not for scripts, and not sent along from other sites. */
function cookieOf(id: string): string {
  return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Strict`
}

function sessionIn({ headers }: Sender): string {
  const cookies = (headers.cookie ?? '').split(/; */)
  const prefix = `${COOKIE}=`
  return cookies.find((each) => each.startsWith(prefix))?.slice(prefix.length) ?? ''
}

/** An IPv4 address as a socket for both has it. */
function plain(address: string): string {
  return address.replace(/^::ffff:/, '')
}
