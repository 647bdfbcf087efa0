import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header holds the token; how long that takes tells nothing of it. */
export function hasToken(header: string | undefined, token: string): boolean {
  const [, given] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? []
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

/** Of one length, whatever the length of the text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
