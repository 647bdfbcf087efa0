import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { type Clock, systemClock } from '../../util/clock.ts'
import { type FetchedToken, requestToken } from './oauth-token-request.ts'

type Ports = { requestToken: typeof requestToken; clock: Pick<Clock, 'now'> }

/** kafkajs logs in again 10 s before Kafka ends the session with the token: it needs a new one then. */
const FRESH_MS = 15_000
const FRESH_SHARE = 0.8
/** After a failure the server is left alone for so long. */
const PAUSE_MS = 1_000

/**
 * Gives the token for a login: that of the settings, read anew from its file, or one that is got
 * with client credentials and kept until it soon expires. Rejects with what `requestToken` does.
 */
export function tokenSource(
  config: Config,
  ports: Ports = { requestToken, clock: systemClock },
): () => Promise<string> {
  if (config.KAFKA_OAUTH_TOKEN_URL === undefined) {
    return async () => currentValue(config, 'KAFKA_OAUTH_TOKEN') ?? ''
  }
  const source = new TokenSource(config, ports)
  return () => source.token()
}

class TokenSource {
  #config: Config
  #ports: Ports
  #last: { token: FetchedToken; atMs: number } | undefined
  #failure: { error: unknown; atMs: number } | undefined
  #fetching: Promise<string> | undefined

  constructor(config: Config, ports: Ports) {
    this.#config = config
    this.#ports = ports
  }

  async token(): Promise<string> {
    const nowMs = this.#ports.clock.now()
    if (this.#isFresh(nowMs)) return this.#last!.token.value
    if (this.#failure && nowMs - this.#failure.atMs < PAUSE_MS)
      return this.#old(this.#failure.error)
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  #isFresh(nowMs: number): boolean {
    if (this.#last === undefined) return false
    const { token, atMs } = this.#last
    return nowMs - atMs < Math.min(token.lifeMs * FRESH_SHARE, token.lifeMs - FRESH_MS)
  }

  async #fetch(): Promise<string> {
    const { clock } = this.#ports
    // Its life begins when it is made, which is after it was asked for.
    const atMs = clock.now()
    try {
      const token = await this.#ports.requestToken(this.#config)
      this.#last = { token, atMs }
      this.#failure = undefined
      return token.value
    } catch (error) {
      this.#failure = { error, atMs: clock.now() }
      return this.#old(error)
    }
  }

  /** The token of before while it holds: its server may be away for a while. */
  #old(error: unknown): string {
    if (this.#last === undefined) throw error
    const { token, atMs } = this.#last
    if (this.#ports.clock.now() - atMs >= token.lifeMs) throw error
    return token.value
  }
}
