import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { endpoints } from '../support/stack.ts'
import {
  type Api,
  type Commit,
  commitsIn,
  type Request,
  refusalOf,
  requestOf,
  splitFrames,
} from './kafka-requests.ts'

/** The network between one client and the broker, able to interfere with single requests. */
export interface KafkaLink {
  /** Every connection that `work` opens, now or later, goes through the link. */
  through<T>(work: () => T): T
  /** Requests and answers in the order in which they passed. */
  passed: { what: 'request' | 'answer'; api: Api | undefined }[]
  /** The commits that were tried, refused ones included. */
  commits: Commit[]
  /** Requests of these kinds are answered with an error code, in the broker's place. */
  refused: Map<Api, number>
  /** Requests of these kinds are not passed on, and never answered. */
  lost: Set<Api>
  onRequest: ((request: Request) => void) | undefined
  /** Changes an answer, or keeps it back for a while. */
  onAnswer: ((request: Request, answer: Buffer) => Buffer | Promise<Buffer>) | undefined
  /** Connections that are open now carry nothing any more, and neither end is told. */
  fallSilent(): void
  /** Resets all connections; new ones are accepted at once. */
  reset(): void
}

interface Line {
  near: Socket
  far: Socket
  isSilent: boolean
}

/** The link whose client's work is running. */
const current = new AsyncLocalStorage<{ port: number }>()

/** Opens a link to the test broker. Other clients of the process do not use it. */
export async function openKafkaLink(brokers = endpoints().brokers): Promise<KafkaLink> {
  const brokerPort = Number(brokers.split(':').at(-1))
  const connect = net.connect as (options: net.TcpNetConnectOpts, onConnect?: () => void) => Socket
  const lines = new Set<Line>()
  const server = net.createServer((near) => {
    const far = connect({ port: brokerPort, host: '127.0.0.1' })
    const line = { near, far, isSilent: false }
    lines.add(line)
    near.on('close', () => lines.delete(line))
    carry(link, line)
  })
  const link: KafkaLink = {
    through: (work) => current.run(server.address() as net.AddressInfo, work),
    passed: [],
    commits: [],
    refused: new Map(),
    lost: new Set(),
    onRequest: undefined,
    onAnswer: undefined,
    fallSilent() {
      for (const line of lines) line.isSilent = true
    },
    reset: () => lines.forEach(({ near }) => void near.resetAndDestroy()),
  }
  const spy = vi.spyOn(net, 'connect')
  spy.mockImplementation(((options: net.TcpNetConnectOpts, onConnect?: () => void) => {
    const port = options.port === brokerPort ? current.getStore()?.port : undefined
    return connect({ ...options, port: port ?? options.port }, onConnect)
  }) as typeof net.connect)
  onTestFinished(() => {
    spy.mockRestore()
    server.close()
    link.reset()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return link
}

function carry(link: KafkaLink, line: Line): void {
  const { near, far } = line
  const unanswered = new Map<number, Request>()
  let last: Promise<void> = Promise.resolve()
  onFrames(near, line, (frame) => ask(link, requestOf(frame), unanswered, line))
  onFrames(far, line, (frame) => {
    // A broker responds in order, so what comes later waits as well.
    last = last.then(() => answer(link, frame, unanswered, line))
  })
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => line.isSilent || other.destroy())
  }
}

function onFrames(from: Socket, line: Line, take: (frame: Buffer) => void): void {
  let received: Buffer = Buffer.alloc(0)
  from.on('data', (bytes) => {
    if (line.isSilent) return
    const { frames, rest } = splitFrames(Buffer.concat([received, bytes]))
    received = rest
    frames.forEach(take)
  })
}

function ask(
  link: KafkaLink,
  request: Request,
  unanswered: Map<number, Request>,
  line: Line,
): void {
  const { api, correlationId, frame } = request
  link.passed.push({ what: 'request', api })
  link.commits.push(...commitsIn(request))
  link.onRequest?.(request)
  if (api !== undefined && link.lost.has(api)) return
  const refusal = api && link.refused.get(api)
  if (refusal !== undefined) return void line.near.write(refusalOf(request, refusal))
  unanswered.set(correlationId, request)
  line.far.write(frame)
}

async function answer(
  link: KafkaLink,
  frame: Buffer,
  unanswered: Map<number, Request>,
  line: Line,
): Promise<void> {
  const correlationId = frame.readInt32BE(4)
  const request = unanswered.get(correlationId)
  unanswered.delete(correlationId)
  const changed = request && (await link.onAnswer?.(request, frame))
  link.passed.push({ what: 'answer', api: request?.api })
  if (!line.isSilent && !line.near.destroyed) line.near.write(changed ?? frame)
}
