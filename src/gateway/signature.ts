import { createHmac, timingSafeEqual } from 'node:crypto'

/** What `t=<unix seconds>,v1=<hex>` says. A sender may sign with several secrets while it changes them. */
export interface Signature {
  /** As it was written, since it is part of what is signed. */
  seconds: string
  /** Those that have the length of an HMAC-SHA256; there is at least one. */
  macs: Buffer[]
}

export type ReadSignature = { ok: true; signature: Signature } | { ok: false; why: string }

const SECONDS = /^\d{1,12}$/
const MAC = /^[\da-f]{64}$/i
/** Each is compared with each secret, so a header must not hold very many. */
const MACS_MAX = 5

/** Reads the header and compares its time, `toleranceMs` either way. */
export function readSignature(
  header: string | undefined,
  { nowMs, toleranceMs }: { nowMs: number; toleranceMs: number },
): ReadSignature {
  if (header === undefined) return { ok: false, why: 'the signature is missing' }
  const pairs = header.split(',').map((pair) => pair.trim().split('='))
  const [seconds, ...others] = valuesOf('t', pairs)
  const signatures = valuesOf('v1', pairs)
  const isFormed = seconds !== undefined && SECONDS.test(seconds) && others.length === 0
  if (!isFormed || signatures.length === 0 || signatures.length > MACS_MAX) {
    return { ok: false, why: 'the signature is not of the form t=<unix seconds>,v1=<hex>' }
  }
  const macs = signatures.filter((text) => MAC.test(text)).map((text) => Buffer.from(text, 'hex'))
  if (macs.length === 0) return { ok: false, why: 'the signature is not 64 hexadecimal digits' }
  if (Math.abs(nowMs - Number(seconds) * 1000) > toleranceMs) {
    return { ok: false, why: 'the time of the signature is too far off' }
  }
  return { ok: true, signature: { seconds, macs } }
}

/** Whether one of the secrets made one of the MACs over exactly these bytes; takes as long if none. */
export function isSignedBy(
  secrets: readonly string[],
  { seconds, macs }: Signature,
  body: Buffer,
): boolean {
  let isSigned = false
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
    for (const mac of macs) isSigned = timingSafeEqual(mac, expected) || isSigned
  }
  return isSigned
}

function valuesOf(name: string, pairs: string[][]): string[] {
  return pairs.flatMap(([key, value, ...rest]) =>
    key === name && value !== undefined && rest.length === 0 ? [value] : [],
  )
}
