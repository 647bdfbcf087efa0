import type { IncomingHttpHeaders } from 'node:http'

const READING = ['GET', 'HEAD']
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

/**
 * Why a request is refused, whoever sent it; undefined if it is not. What changes something must come from
 * a page of this console. Without a login, the host must be the loopback's: a name of others may lead here.
 */
export function strangeRequest(
  method: string,
  headers: IncomingHttpHeaders,
  { isLocal, origin }: { isLocal: boolean; origin: string | undefined },
): string | undefined {
  const { host = '' } = headers
  if (isLocal && !LOOPBACK.test(host)) return 'Host: expected that of the loopback'
  if (READING.includes(method)) return undefined
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return 'Sec-Fetch-Site: expected same-origin'
  const expected = origin === undefined ? [`http://${host}`, `https://${host}`] : [origin]
  if (headers.origin !== undefined && expected.includes(headers.origin)) return undefined
  return 'Origin: expected that of the console'
}
