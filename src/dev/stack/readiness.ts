import { connect } from 'node:net'
import { withoutTrailingSlashes } from '../../util/trailing-slashes.ts'

const REQUEST_TIMEOUT_MS = 2_000

/**
 * Whether the broker at `host:port` responds to a metadata request with a broker and a controller,
 * so that topics can be created. Does not support TLS or authentication.
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

/** Whether a TCP connection to `host:port` succeeds. */
export function listens(address: string): Promise<boolean> {
  return overTcp(address, (_, end) => end(true))
}

/** Whether a registry responds; 401 and 403 count as well. */
export async function isRegistryReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${withoutTrailingSlashes(url)}/subjects`, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
    await response.body?.cancel()
    return response.ok || response.status === 401 || response.status === 403
  } catch {
    return false
  }
}

type Talk = (socket: ReturnType<typeof connect>, end: (result: boolean) => void) => void

function overTcp(address: string, talk: Talk): Promise<boolean> {
  const colon = address.lastIndexOf(':')
  return new Promise((resolve) => {
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(address.slice(colon + 1)) })
    const end = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(REQUEST_TIMEOUT_MS, () => end(false))
    socket.on('error', () => end(false))
    socket.on('close', () => resolve(false))
    socket.on('connect', () => talk(socket, end))
  })
}

/** Length, key 3 (metadata), version 5, correlation id, no client id, no topics, no creation. */
const METADATA_REQUEST = Buffer.from('0000000f0003000500000001ffff0000000000', 'hex')

/** Parses a version 5 response: length, correlation id, throttle time, brokers, cluster id, controller. */
function listsBrokerAndController(response: Buffer): boolean {
  const brokers = response.readInt32BE(12)
  let at = 16
  for (let broker = 0; broker < brokers; broker++) {
    at += 4
    at = afterString(response, at) + 4
    at = afterString(response, at)
  }
  const controller = response.readInt32BE(afterString(response, at))
  return brokers > 0 && controller >= 0
}

function afterString(response: Buffer, at: number): number {
  return at + 2 + Math.max(0, response.readInt16BE(at))
}
