import { createHmac, timingSafeEqual } from 'node:crypto'

/** A parsed `t=<unix seconds>,v1=<hex>`. A sender may sign with several secrets during a rotation. */
export interface Signature {
  /** As sent, because the text is part of the signed content. */
  seconds: string
  /** At least one; all have the length of an HMAC-SHA256. */
  macs: Buffer[]
}

export type ReadSignature = { ok: true; signature: Signature } | { ok: false; why: string }

const SECONDS = /^\d{1,12}$/
/** Of any time since 2001. */
const MILLISECONDS = /^\d{13}$/
const MAC = /^[\da-f]{64}$/i
/** Each is compared with each secret, so their number is limited. */
const MACS_MAX = 5

/** Parses the header and checks that its time is within `toleranceMs` of now. */
export function readSignature(
  header: string | undefined,
  { nowMs, toleranceMs }: { nowMs: number; toleranceMs: number },
): ReadSignature {
  if (header === undefined) return { ok: false, why: 'the signature is missing' }
  const pairs = header.split(',').map((pair) => pair.trim().split('='))
  const [seconds, ...others] = valuesOf('t', pairs)
  const signatures = valuesOf('v1', pairs)
  if (seconds !== undefined && MILLISECONDS.test(seconds)) {
    return { ok: false, why: 'expected t in unix seconds, got milliseconds' }
  }
  const isFormed = seconds !== undefined && SECONDS.test(seconds) && others.length === 0
  if (!isFormed || signatures.length === 0 || signatures.length > MACS_MAX) {
    return { ok: false, why: 'expected t=<unix seconds>,v1=<hex>' }
  }
  const macs = signatures.filter((text) => MAC.test(text)).map((text) => Buffer.from(text, 'hex'))
  if (macs.length === 0) return { ok: false, why: 'expected a v1 of 64 hexadecimal digits' }
  if (Math.abs(nowMs - Number(seconds) * 1000) > toleranceMs) {
    return { ok: false, why: 'the timestamp is too far from the current time' }
  }
  return { ok: true, signature: { seconds, macs } }
}

/** Whether a secret matches one of the MACs over exactly these bytes, in constant time. */
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
