import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Something between the service and the registry, which answers in its place now and then. */
export interface RegistryBetween {
  url: string
  close(): void
}

const SCHEMA_OF_ID = /\/schemas\/ids\/(\d+)$/

/** What gateways say that do not know where to send a request, or can't reach it. */
const NO_ROUTE = { status: 404, body: '{"message":"no Route matched with those values"}' }
const BAD_GATEWAY = { status: 503, body: '<html><h1>503 Service Unavailable</h1></html>' }

/** Passes requests on, except the first one for each schema id. */
export async function startBetween(registryUrl: string): Promise<RegistryBetween> {
  const { origin, pathname } = new URL(registryUrl)
  const asked = new Set<number>()
  const server = createServer(async (request, response) => {
    const id = SCHEMA_OF_ID.exec(request.url ?? '')?.[1]
    const own = id === undefined ? undefined : ownAnswer(Number(id), asked)
    const { status, body } =
      own ??
      (await passOn(`${origin}${request.url}`, request.method ?? 'GET', await textOf(request)))
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}${pathname}`, close }
}

function ownAnswer(id: number, asked: Set<number>) {
  if (asked.has(id)) return undefined
  asked.add(id)
  return id % 3 === 0 ? BAD_GATEWAY : NO_ROUTE
}

async function passOn(url: string, method: string, body: string) {
  const init = method === 'GET' ? { method } : { method, body, headers: JSON_HEADERS }
  try {
    const response = await fetch(url, init)
    return { status: response.status, body: await response.text() }
  } catch {
    return BAD_GATEWAY
  }
}

const JSON_HEADERS = { 'content-type': 'application/vnd.schemaregistry.v1+json' }

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString()
}
