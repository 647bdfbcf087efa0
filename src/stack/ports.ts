import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

export interface Ports {
  kafka: number
  controller: number
  registry: number
}

/**
 * Ports that no system hands out by itself: those for outgoing connections, and for whoever asks for
 * any port, begin at 32768 or above. Nobody gets one of ours before it is bound, or during a restart.
 */
const RANGE = { from: 20_000, to: 32_000 }
const TRIES = 200

/** Held as long as this process lives, so that no other one of ours picks the same. */
const held = new Set<number>()

/** Free ports of this machine; those used last time where still free, so that shells stay right. */
export async function pickPorts(last: Partial<Ports> = {}): Promise<Ports> {
  const kafka = await pickPort(last.kafka)
  const controller = await pickPort(last.controller)
  const registry = await pickPort(last.registry)
  return { kafka, controller, registry }
}

/** A free port that is given out once, for a process that has to be told which one to bind. */
export async function pickPort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (held.has(wanted) || (await hold(wanted))) && (await isFree(wanted)))
    return wanted
  for (let tries = 0; tries < TRIES; tries++) {
    const port = RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from))
    if ((await isFree(port)) && (await hold(port))) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

/** Marks the port for other processes by the UDP port of that number, which nothing here uses. */
function hold(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const mark = createSocket('udp4')
    mark.on('error', () => {
      mark.close()
      resolve(false)
    })
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      mark.unref()
      held.add(port)
      resolve(true)
    })
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
