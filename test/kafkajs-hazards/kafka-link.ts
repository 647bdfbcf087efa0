import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { endpoints } from '../support/stack.ts'
import {
  COORDINATOR_LOAD_IN_PROGRESS,
  type CommitRequest,
  isCommit,
  isFindCoordinator,
  NOT_COORDINATOR,
  readCommit,
  refusalOf,
  splitFrames,
} from './kafka-requests.ts'

/** The network between one client and the broker, able to interfere with single requests. */
export interface KafkaLink {
  /** Every connection that `work` opens, now or later, goes through the link. */
  through<T>(work: () => T): T
  /** The commits that were tried, refused ones included. */
  commits: CommitRequest[]
  /** While true, answers commits with COORDINATOR_LOAD_IN_PROGRESS. */
  refusesCommits: boolean
  /** While true, answers commits with NOT_COORDINATOR. */
  disownsGroup: boolean
  /** Resets connections at the next FindCoordinator request. */
  resetsAtFindCoordinator: boolean
  /** Resets all connections; new ones are accepted at once. */
  reset(): void
  /** Closes all connections, as a broker that shuts down; new ones are accepted at once. */
  close(): void
}

/** The link whose client's work is running. */
const current = new AsyncLocalStorage<{ port: number }>()

/** Opens a link to the test broker. Other clients of the process do not use it. */
export async function openKafkaLink(): Promise<KafkaLink> {
  const brokerPort = Number(endpoints().brokers.split(':').at(-1))
  const connect = net.connect as (options: net.TcpNetConnectOpts, onConnect?: () => void) => Socket
  const open = new Set<Socket>()
  const server = net.createServer((near) => {
    open.add(near)
    near.on('close', () => open.delete(near))
    carry(link, near, connect({ port: brokerPort, host: '127.0.0.1' }))
  })
  const link: KafkaLink = {
    through: (work) => current.run(server.address() as net.AddressInfo, work),
    commits: [],
    refusesCommits: false,
    disownsGroup: false,
    resetsAtFindCoordinator: false,
    reset: () => open.forEach((near) => void near.resetAndDestroy()),
    close: () => open.forEach((near) => void near.end()),
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

function carry(link: KafkaLink, near: Socket, far: Socket): void {
  let received: Buffer = Buffer.alloc(0)
  near.on('data', (bytes) => {
    const { frames, rest } = splitFrames(Buffer.concat([received, bytes]))
    received = rest
    for (const frame of frames) pass(link, frame, near, far)
  })
  far.on('data', (bytes) => near.write(bytes))
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

function pass(link: KafkaLink, frame: Buffer, near: Socket, far: Socket): void {
  if (link.resetsAtFindCoordinator && isFindCoordinator(frame)) {
    link.resetsAtFindCoordinator = false
    link.reset()
    return
  }
  if (isCommit(frame)) link.commits.push(...readCommit(frame))
  if (isCommit(frame) && link.disownsGroup) near.write(refusalOf(frame, NOT_COORDINATOR))
  else if (isCommit(frame) && link.refusesCommits)
    near.write(refusalOf(frame, COORDINATOR_LOAD_IN_PROGRESS))
  else far.write(frame)
}
