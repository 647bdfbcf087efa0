import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Forwarder {
  port: number
  /** Cuts every connection and refuses new ones. */
  cut(): Promise<void>
  /** Accepts connections again at the same port. */
  restore(): Promise<void>
}

/** A proxy on loopback between the service and a server, which can simulate an outage. */
export async function forwardTo(target: { hostname: string; port: string }): Promise<Forwarder> {
  const sockets = new Set<Socket>()
  let port = 0
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => sockets.delete(one) && other.destroy())
      one.pipe(other)
    }
  })
  async function restore(): Promise<void> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as { port: number }).port
  }
  async function cut(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await restore()
  onTestFinished(cut)
  return { port, cut, restore }
}

/** A forwarder to the server of a URL, and the URL that goes through it. */
export async function forwardUrl(url: string): Promise<Forwarder & { url: string }> {
  const forwarder = await forwardTo(new URL(url))
  const through = new URL(url)
  through.port = String(forwarder.port)
  return { ...forwarder, url: through.href }
}
