import { messageOf } from '../../../src/util/errors.ts'
import { signed } from '../../support/sign.ts'
import type { EventJson, Step } from '../steps/step.ts'
import { SECRET, TOKEN } from '../world/world.ts'
import { type Play, problem } from './player.ts'

/** A request that is not answered for so long will not be. */
const ANSWER_MS = 30_000

type PublishStep = Extract<Step, { do: 'publish' }>
type PostStep = Extract<Step, { do: 'post' }>

/** Through the publisher of the package. */
export async function publish({ events }: PublishStep, play: Play): Promise<void> {
  const own = unique(events, play)
  const error = await play.world.service.publish(own)
  if (error !== undefined) return problem(play, `the publisher refused a good event: ${error}`)
  arrived(own, play)
}

/** Through the gateway, in one request. */
export async function post({ form, events }: PostStep, play: Play): Promise<void> {
  const own = unique(form === 'json' ? events.slice(0, 1) : events, play)
  const isOfPlugin = own[0]?.kind === undefined
  const body = bodyOf(form, isOfPlugin ? own.map(asSent) : own)
  const type = form === 'lines' ? 'application/x-ndjson' : 'application/json'
  const response = await send(play, isOfPlugin ? '/events' : '/webhooks/inventory', body, type)
  const expected = own.some(hasInexactInteger) ? 400 : 202
  const isRefused = response.status >= 400 && response.status < 500
  if (expected === 202 ? response.status !== 202 : !isRefused) {
    return problem(play, `the gateway answered ${response.status}: ${response.text}`)
  }
  if (expected === 202) arrived(own, play)
}

export interface Response {
  status: number
  type: string
  text: string
}

/** Sends a request with the right secret or token. */
export async function send(
  { world }: Play,
  path: string,
  body: string | Buffer,
  type: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const auth = { authorization: `Bearer ${TOKEN}`, ...signed(SECRET, body) }
  const response = await fetch(world.service.gatewayUrl + path, {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...auth, ...headers },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error: Error) => error)
  if (response instanceof Error) return { status: 0, type: '', text: messageOf(response) }
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type') ?? '', text }
}

/** Senders call a plugin event's name `event`, as InvenTree does. */
function asSent({ name, ...rest }: EventJson): object {
  return { event: name, ...rest }
}

function bodyOf(form: PostStep['form'], events: readonly object[]): string {
  switch (form) {
    case 'json':
      return JSON.stringify(events[0])
    case 'list':
      return JSON.stringify(events)
    case 'lines':
      return events.map((event) => JSON.stringify(event)).join('\n')
  }
}

function unique(events: readonly EventJson[], play: Play): EventJson[] {
  return events.map((event, index) => ({ ...event, id: uniqueId(event.id, play, index) }))
}

export function uniqueId(id: string, { prefix, step }: Play, index = 0): string {
  return `${prefix}${step}.${index} ${id}`
}

function arrived(events: readonly EventJson[], play: Play): void {
  for (const event of events) {
    const name = String(event.kind ?? event.name)
    play.expected.add({ step: play.step, fate: { type: 'event', name, event } })
    play.lastId = event.id
  }
}

/** JSON text may hold integers that a number can't: the gateway refuses them, whoever wrote them. */
function hasInexactInteger(value: unknown): boolean {
  if (typeof value === 'number') {
    return !Number.isSafeInteger(value) && /^-?\d+$/.test(JSON.stringify(value))
  }
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInexactInteger)
}
