import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { RegistryConnection } from './connection.ts'

export interface RegistryRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Relative to the registry's URL, without a leading slash. */
  path: string
  body?: object
}

export interface RegistryResponse {
  status: number
  body: string
}

/** An import would also load what the module offers of fetch, which takes longer than many a command. */
const { request: requestHttp } = process.getBuiltinModule('node:http')

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'

/**
 * Sends one request. Rejects if no complete response arrives within `timeoutMs`. Not `fetch`, which
 * can't use the agent that trusts SCHEMA_REGISTRY_CA; it does not retry, because callers do.
 */
export function send(
  { url, auth, agent }: RegistryConnection,
  { method, path, body }: RegistryRequest,
  timeoutMs: number,
): Promise<RegistryResponse> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const content = body === undefined ? undefined : JSON.stringify(body)
  const options = {
    method,
    headers: {
      accept: `${MEDIA_TYPE}, application/json`,
      ...(content !== undefined && {
        'content-type': MEDIA_TYPE,
        'content-length': Buffer.byteLength(content),
      }),
    },
    ...(agent && { agent }),
  }
  return new Promise((resolve, reject) => {
    const login = auth?.()
    const credentials = login && { auth: `${login.username}:${login.password}` }
    const sent = request(`${url}/${path}`, { ...options, ...credentials }, (response) => {
      read(response).then(resolve, reject)
    })
    const timer = setTimeout(() => {
      reject(new Error(`no response within ${timeoutMs} ms`))
      sent.destroy()
    }, timeoutMs)
    sent.on('error', reject)
    sent.on('close', () => clearTimeout(timer))
    sent.end(content)
  })
}

async function read(response: IncomingMessage): Promise<RegistryResponse> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }
}
