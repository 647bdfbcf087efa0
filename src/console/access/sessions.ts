import { randomBytes } from 'node:crypto'
import type { Clock } from '../../util/clock.ts'
import type { User } from './roles.ts'

const SESSION_MS = 12 * 3_600_000
const SESSIONS_MAX = 1_000
const ID_BYTES = 32

/** Who has logged in. Sessions end with the process, which is no loss: users have their tokens. */
export class Sessions {
  readonly #clock: Pick<Clock, 'now'>
  readonly #sessions = new Map<string, { name: string; endMs: number }>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** The id of a new session. The oldest makes room. */
  begin({ name }: User): string {
    const id = randomBytes(ID_BYTES).toString('base64url')
    this.#sessions.set(id, { name, endMs: this.#clock.now() + SESSION_MS })
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > SESSIONS_MAX && oldest !== undefined) this.end(oldest)
    return id
  }

  /** The name of its user. The role is that of the file now. */
  nameOf(id: string): string | undefined {
    const session = this.#sessions.get(id)
    if (session === undefined) return undefined
    if (session.endMs > this.#clock.now()) return session.name
    this.end(id)
    return undefined
  }

  end(id: string): void {
    this.#sessions.delete(id)
  }
}
