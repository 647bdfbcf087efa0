import { createServer } from 'node:net'

export interface Ports {
  kafka: number
  controller: number
  registry: number
}

/** Picks free ports, preferring those used last time so that exported variables stay valid. */
export async function pickPorts(last: Partial<Ports> = {}): Promise<Ports> {
  const kafka = await pickPort(last.kafka)
  const controller = await pickPort(last.controller, [kafka])
  const registry = await pickPort(last.registry, [kafka, controller])
  return { kafka, controller, registry }
}

async function pickPort(wanted = 0, taken: number[] = []): Promise<number> {
  const port = (await bind(wanted)) ?? (await bind(0))
  if (port === undefined) throw new Error('no free port on 127.0.0.1')
  return taken.includes(port) ? pickPort(0, taken) : port
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const bound = typeof address === 'object' ? address?.port : undefined
      server.close(() => resolve(bound))
    })
  })
}
