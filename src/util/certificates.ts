import { X509Certificate } from 'node:crypto'

const BEGIN = '-----BEGIN '

/** The certificates of a PEM text, in its order. Throws if one is malformed. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.split(BEGIN).slice(1)
  return blocks
    .filter((block) => /^[A-Z0-9 ]*CERTIFICATE-----/.test(block))
    .map((block) => new X509Certificate(BEGIN + block))
}

/** When the first of a chain expires: from then on the chain is worth nothing. */
export function firstExpiryMs(chain: readonly X509Certificate[]): number {
  return Math.min(...chain.map(expiryMs))
}

/** When the last of several authorities expires: during a rotation the old one stands beside the new. */
export function lastExpiryMs(authorities: readonly X509Certificate[]): number {
  return Math.max(...authorities.map(expiryMs))
}

function expiryMs({ validTo }: X509Certificate): number {
  return Date.parse(validTo)
}
