import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { firstExpiryMs } from '../../util/certificates.ts'
import type { Clock } from '../../util/clock.ts'

interface Presented {
  expiresAtMs: number
  connections: number
  /** When the last of its connections was closed. */
  closedAtMs: number
}

/**
 * Longer than any pause between connections to a broker that is in use, so that the alert does not come
 * and go; a broker that has left the cluster is forgotten after it.
 */
const FORGET_MS = 600_000
/** Longer chains don't occur; the limit is for one that would refer to itself. */
const CHAIN_MAX = 10

/** What brokers presented at their latest handshakes. */
export class BrokerCertificates {
  #presented = new Map<string, Presented>()
  #clock: Pick<Clock, 'elapsedMs'>

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock
  }

  /** To be called when the handshake of a connection is complete. */
  connected(broker: string, socket: TLSSocket): void {
    const leaf = socket.getPeerX509Certificate()
    if (leaf === undefined) return
    const presented = this.#presented.get(broker) ?? { connections: 0, closedAtMs: 0 }
    const expiresAtMs = firstExpiryMs(chainOf(leaf))
    const latest = Object.assign(presented, { expiresAtMs })
    latest.connections++
    this.#presented.set(broker, latest)
    socket.once('close', () => {
      latest.connections--
      latest.closedAtMs = this.#clock.elapsedMs()
    })
  }

  /** When the first of them expires; undefined if none is known. */
  firstExpiryMs(): number | undefined {
    for (const [broker, { connections, closedAtMs }] of this.#presented) {
      const isGone = connections === 0 && this.#clock.elapsedMs() - closedAtMs >= FORGET_MS
      if (isGone) this.#presented.delete(broker)
    }
    const times = [...this.#presented.values()].map(({ expiresAtMs }) => expiresAtMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

/** Up to the authority by which it was verified. */
function chainOf(leaf: X509Certificate): X509Certificate[] {
  const chain = [leaf]
  let issuer = leaf.issuerCertificate
  while (issuer !== undefined && chain.length < CHAIN_MAX) {
    chain.push(issuer)
    issuer = issuer.issuerCertificate
  }
  return chain
}
