import { connect } from 'node:net'

const ASK_MS = 2_000

/**
 * Whether the broker at `host:port` answers Kafka's metadata request and lists a broker and a
 * controller, so that topics can be created. Without TLS or a login.
 */
export function brokerIsReady(address: string): Promise<boolean> {
  return overTcp(address, (socket, end) => {
    let received = Buffer.alloc(0)
    socket.write(METADATA_REQUEST)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        end(listsBrokerAndController(received))
      }
    })
  })
}

/** Whether somebody listens at `host:port`. */
export function listens(address: string): Promise<boolean> {
  return overTcp(address, (_, end) => end(true))
}

/** Whether a registry answers there; one that asks for a login does. */
export async function isRegistryReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/subjects`, {
      signal: AbortSignal.timeout(ASK_MS),
    })
    await response.body?.cancel()
    return response.ok || response.status === 401 || response.status === 403
  } catch {
    return false
  }
}

type Talk = (socket: ReturnType<typeof connect>, end: (answer: boolean) => void) => void

function overTcp(address: string, talk: Talk): Promise<boolean> {
  const colon = address.lastIndexOf(':')
  return new Promise((resolve) => {
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(address.slice(colon + 1)) })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(ASK_MS, () => end(false))
    socket.on('error', () => end(false))
    socket.on('close', () => resolve(false))
    socket.on('connect', () => talk(socket, end))
  })
}

/** Length, key 3 (metadata), version 5, correlation id, no client id, no topics, no creation. */
const METADATA_REQUEST = Buffer.from('0000000f0003000500000001ffff0000000000', 'hex')

/** Reads the answer of version 5: length, correlation id, throttle time, brokers, cluster id, controller. */
function listsBrokerAndController(answer: Buffer): boolean {
  const brokers = answer.readInt32BE(12)
  let at = 16
  for (let broker = 0; broker < brokers; broker++) {
    at += 4
    at = afterString(answer, at) + 4
    at = afterString(answer, at)
  }
  const controller = answer.readInt32BE(afterString(answer, at))
  return brokers > 0 && controller >= 0
}

function afterString(answer: Buffer, at: number): number {
  return at + 2 + Math.max(0, answer.readInt16BE(at))
}
