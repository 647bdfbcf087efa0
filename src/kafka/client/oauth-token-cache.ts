import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { type Clock, systemClock } from '../../util/clock.ts'
import { signAwsToken } from './aws-msk-token.ts'
import { type FetchedToken, requestToken } from './oauth-token-request.ts'

interface Ports {
  requestToken: typeof requestToken
  signAwsToken: typeof signAwsToken
  clock: Pick<Clock, 'elapsedMs'>
}

/** kafkajs re-authenticates 10 s before the token's session ends, and needs a new token by then. */
const FRESH_MS = 15_000
const FRESH_SHARE = 0.8
/** How long no new request is made after a failed one. */
const PAUSE_MS = 1_000

/**
 * Returns a function that resolves with the token for a login: the configured one, read from its file
 * each time, or one that is requested with client credentials or signed with those of AWS, and cached
 * until shortly before it expires. It rejects as `requestToken` and `signAwsToken` do.
 */
export function tokenSource(
  config: Config,
  ports: Ports = { requestToken, signAwsToken, clock: systemClock },
): () => Promise<string> {
  if (config.KAFKA_OAUTH_TOKEN !== undefined) {
    return async () => currentValue(config, 'KAFKA_OAUTH_TOKEN') ?? ''
  }
  const isOfAws = config.KAFKA_OAUTH_AWS_REGION !== undefined
  const request = isOfAws ? () => ports.signAwsToken(config) : () => ports.requestToken(config)
  const source = new TokenSource(request, ports.clock)
  return () => source.token()
}

class TokenSource {
  #request: () => Promise<FetchedToken>
  #clock: Ports['clock']
  #last: { token: FetchedToken; atMs: number } | undefined
  #failure: { error: unknown; atMs: number } | undefined
  #pending: Promise<string> | undefined

  constructor(request: () => Promise<FetchedToken>, clock: Ports['clock']) {
    this.#request = request
    this.#clock = clock
  }

  async token(): Promise<string> {
    const nowMs = this.#clock.elapsedMs()
    if (this.#isFresh(nowMs)) return this.#last!.token.value
    if (this.#failure && nowMs - this.#failure.atMs < PAUSE_MS)
      return this.#lastValid(this.#failure.error)
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  #isFresh(nowMs: number): boolean {
    if (this.#last === undefined) return false
    const { token, atMs } = this.#last
    return nowMs - atMs < Math.min(token.lifeMs * FRESH_SHARE, token.lifeMs - FRESH_MS)
  }

  async #renew(): Promise<string> {
    // The token is issued after this, so it lives at least `lifeMs` from here.
    const atMs = this.#clock.elapsedMs()
    try {
      const token = await this.#request()
      this.#last = { token, atMs }
      this.#failure = undefined
      return token.value
    } catch (error) {
      this.#failure = { error, atMs: this.#clock.elapsedMs() }
      return this.#lastValid(error)
    }
  }

  /** The last token while it is valid, so that a short outage of the token server does no harm. */
  #lastValid(error: unknown): string {
    if (this.#last === undefined) throw error
    const { token, atMs } = this.#last
    if (this.#clock.elapsedMs() - atMs >= token.lifeMs) throw error
    return token.value
  }
}
