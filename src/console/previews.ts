import { randomBytes } from 'node:crypto'
import type { Clock } from '../util/clock.ts'
import { Refused } from './http/route.ts'

/** Whose preview it is, and of what. */
export interface Holder {
  user: string
  action: string
}

interface Preview<T> extends Holder {
  named: readonly T[]
  endMs: number
}

const KEPT_MS = 10 * 60_000
const OF_HOLDER_MAX = 3
const PREVIEWS_MAX = 30
const NAMED_MAX = 20_000
const TOKEN_BYTES = 16

/**
 * What people have seen before they decide. An action is done to exactly what its preview named, whatever
 * has come since, once, by the same user.
 */
export class Previews<T> {
  readonly #clock: Pick<Clock, 'now'>
  /** By token, the oldest first. */
  readonly #previews = new Map<string, Preview<T>>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** The token of a new preview. The oldest makes room. */
  issue(holder: Holder, named: readonly T[]): { token: string; endMs: number } {
    if (named.length > NAMED_MAX) {
      throw new Refused(409, `${named.length} chosen: at most ${NAMED_MAX} at once`)
    }
    this.#removeEnded()
    this.#makeRoom(this.#previews.size - PREVIEWS_MAX + 1, () => true)
    const theirs = [...this.#previews.values()].filter((each) => isOf(each, holder)).length
    this.#makeRoom(theirs - OF_HOLDER_MAX + 1, (each) => isOf(each, holder))
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const endMs = this.#clock.now() + KEPT_MS
    this.#previews.set(token, { ...holder, named, endMs })
    return { token, endMs }
  }

  /**
   * Passes on what the preview named; the token is of no use once `begin` returned. Refused if the preview
   * is not theirs, or has ended.
   */
  redeem<R>(holder: Holder, token: string, begin: (named: readonly T[]) => R): R {
    this.#removeEnded()
    const preview = this.#previews.get(token)
    if (preview === undefined || !isOf(preview, holder)) {
      throw new Refused(409, 'this preview was used or has ended: look at a new one')
    }
    const begun = begin(preview.named)
    this.#previews.delete(token)
    return begun
  }

  #removeEnded(): void {
    const nowMs = this.#clock.now()
    for (const [token, { endMs }] of this.#previews) {
      if (endMs <= nowMs) this.#previews.delete(token)
    }
  }

  #makeRoom(count: number, isMeant: (preview: Preview<T>) => boolean): void {
    let left = count
    for (const [token, preview] of this.#previews) {
      if (left <= 0) return
      if (!isMeant(preview)) continue
      this.#previews.delete(token)
      left -= 1
    }
  }
}

function isOf(preview: Holder, { user, action }: Holder): boolean {
  return preview.user === user && preview.action === action
}
