import { hash } from 'node:crypto'

/** Of this derivation alone, so that no other one makes the same ids. */
const NAMESPACE = Buffer.from('9a3c6f0e5d0b4c1e8a7d2b64f1e0937c', 'hex')

/** A version 5 UUID (RFC 9562): always the same for the same name. */
export function derivedId(name: string): string {
  const digest = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer')
  digest[6] = 0x50 | (digest[6]! & 0x0f)
  digest[8] = 0x80 | (digest[8]! & 0x3f)
  const hex = digest.toString('hex', 0, 16)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
