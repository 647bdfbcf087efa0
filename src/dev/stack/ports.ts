import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface Ports {
  kafka: number
  controller: number
  registry: number
}

/**
 * Below the ephemeral range (32768 and above on Linux), so the system never hands out one of these
 * ports for an outgoing connection or a bind to port 0, neither before it is bound nor during a restart.
 */
const RANGE = { from: 20_000, to: 32_000 }
const TRIES = 200
/** Another process that picks a port binds it for a moment. */
const PROBE = { times: 5, everyMs: 20 }

/** Ports reserved for the life of this process, so that no other process of ours picks them. */
const held = new Set<number>()

/** Picks free ports, preferring those used last time so that exported variables stay valid. */
export async function pickPorts(last: Partial<Ports> = {}): Promise<Ports> {
  const kafka = await pickPort(last.kafka)
  const controller = await pickPort(last.controller)
  const registry = await pickPort(last.registry)
  return { kafka, controller, registry }
}

/** A free port, returned to one caller only, for a process that must be configured with its port. */
export async function pickPort(wanted?: number): Promise<number> {
  const isHeld = wanted !== undefined && (held.has(wanted) || (await hold(wanted)))
  if (isHeld && (await isFreeSoon(wanted))) return wanted
  for (let tries = 0; tries < TRIES; tries++) {
    const port = RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from))
    if ((await isFree(port)) && (await hold(port))) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

/** Reserves the port across processes by binding the UDP port of the same number, unused otherwise. */
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

async function isFreeSoon(port: number): Promise<boolean> {
  for (let times = 1; times < PROBE.times; times++) {
    if (await isFree(port)) return true
    await setTimeout(PROBE.everyMs)
  }
  return isFree(port)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
