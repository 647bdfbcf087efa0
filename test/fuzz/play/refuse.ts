import type { BadBody, Step } from '../steps/step.ts'
import { send, uniqueId } from './intake.ts'
import { type Play, problem } from './player.ts'

/** How fast a bad request must be answered, in one of so many tries: a machine may be busy. */
const LIMIT_MS = 1_000
const TRIES = 3

interface BadRequest {
  body: string | Buffer
  status: number
  path?: string
  type?: string
  headers?: Record<string, string>
}

/** A request that the gateway must refuse, at once and by problem+json. */
export async function refuse(
  { body, size }: Extract<Step, { do: 'refuse' }>,
  play: Play,
): Promise<void> {
  const {
    path = '/webhooks/inventory',
    type = 'application/json',
    ...bad
  } = REQUESTS[body](size, uniqueId('', play))
  let fastestMs = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES && fastestMs > LIMIT_MS; tries++) {
    const startedAt = performance.now()
    const response = await send(play, path, bad.body, type, bad.headers)
    fastestMs = Math.min(fastestMs, performance.now() - startedAt)
    if (response.status === bad.status && response.type.startsWith('application/problem+json')) {
      continue
    }
    const text = `${response.status} ${response.type} ${response.text}`
    return problem(play, `expected ${bad.status} and problem+json, the gateway answered ${text}`)
  }
  if (fastestMs > LIMIT_MS) {
    problem(
      play,
      `the gateway took more than ${LIMIT_MS} ms to refuse it: ${Math.round(fastestMs)}`,
    )
  }
}

const wasted = (id: string, entityId: string) =>
  JSON.stringify({
    id,
    kind: 'inventory.wasted',
    time: '2024-01-15T10:30:00Z',
    transactionId: '',
    flowId: '',
    entityId,
  })

const REQUESTS: Record<BadBody, (size: number, id: string) => BadRequest> = {
  'unclosed string': (size) => ({ body: `{"id":"${'1'.repeat(size)}`, status: 422 }),
  backslashes: (size) => ({
    body: `{"n":"0123456789012345678","id":"${'\\"'.repeat(2 * size)}`,
    status: 422,
  }),
  'lines of x': (size) => ({
    body: 'x\n'.repeat(1_001 + 4 * size),
    type: 'application/x-ndjson',
    status: 413,
  }),
  'huge entity id': (size, id) => ({ body: wasted(id, 'e'.repeat(1_025 + size)), status: 422 }),
  'huge id': (size, id) => ({ body: wasted(id + 'i'.repeat(1_025 + size), 'e'), status: 422 }),
  'deep lists': (size) => ({ body: '['.repeat(100 + size), status: 422 }),
  'not UTF-8': (size, id) => ({
    body: Buffer.from(wasted(id, `M\xfcller${'e'.repeat(size % 100)}`), 'latin1'),
    status: 422,
  }),
  nothing: () => ({ body: '', status: 422 }),
  'wrong signature': (_size, id) => ({
    body: wasted(id, 'e'),
    headers: { 'x-tracktile-signature': `t=${Math.floor(Date.now() / 1000)},v1=00` },
    status: 401,
  }),
  'wrong type': (_size, id) => ({ body: wasted(id, 'e'), type: 'text/plain', status: 415 }),
  'missing field': (_size, id) => ({
    body: JSON.stringify({ id, kind: 'inventory.wasted', time: '2024-01-15T10:30:00Z' }),
    status: 422,
  }),
  'inexact integer': (size, id) => ({
    body: `{"id":${JSON.stringify(id)},"kind":"acme.weighed","time":"2024-01-15T10:30:00Z","n":${2n ** 53n + BigInt(size)}}`,
    status: 422,
  }),
  'unknown path': () => ({ body: '{}', path: '/nothing', status: 404 }),
}
