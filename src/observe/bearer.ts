import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header holds the token. Compares in constant time. */
export function hasToken(header: string | undefined, token: string): boolean {
  const [, given] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? []
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

/** `timingSafeEqual` needs buffers of the same length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
