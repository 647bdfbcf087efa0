import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createRegistry, type Registry } from '../../../../src/avro/registry/registry.ts'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { rotatedFile } from '../../../support/rotated-file.ts'

/** Responds to a request. */
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** `timeoutMs` is short only where nothing responds: a busy machine is slow. */
async function registryThat(
  handler: Handler,
  {
    credentials = '',
    timeoutMs = 60_000,
    settings = {},
  }: { credentials?: string; timeoutMs?: number; settings?: Record<string, string> } = {},
): Promise<Registry> {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => handler(request, response, body))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://${credentials}127.0.0.1:${port}/apis/ccompat/v7/`
  const { SCHEMA_REGISTRY_URL: _, ...login } = loadConfig(settings)
  return createRegistry({ ...login, SCHEMA_REGISTRY_URL: url }, timeoutMs)
}

function answering(status: number, body: string): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
    response.end(body)
  }
}

const unavailable = { code: 'REGISTRY_UNAVAILABLE', retryable: true }
const notFound = '{"error_code":40403,"message":"Schema 7 not found"}'

describe('the registry', () => {
  it('finds a schema by its id', async () => {
    const registry = await registryThat((request, response) => {
      answering(200, JSON.stringify({ schema: request.url }))(request, response, '')
    })
    const text = '/apis/ccompat/v7/schemas/ids/7'
    expect(await registry.schemaById(7)).toEqual({ type: 'found', text })
  })

  it.each([
    [404, '{"error_code":40401,"message":"Subject not found"}'],
    [404, '{"error_code":40402,"message":"Version not found"}'],
    [404, notFound],
  ])('reports a missing schema on %i %s', async (status, body) => {
    const registry = await registryThat(answering(status, body))
    const why = 'the registry has no schema 7'
    expect(await registry.schemaById(7)).toEqual({ type: 'missing', why })
  })

  it.each([
    ['{"schema":"x","schemaType":"PROTOBUF"}', 'schema 7 is PROTOBUF, not Avro'],
    ['{"schema":"x","references":[{"name":"a"}]}', 'schema 7 refers to other subjects'],
  ])('reports an unusable schema on %s', async (body, why) => {
    const registry = await registryThat(answering(200, body))
    const unusable = { type: 'unusable', why: expect.stringContaining(why) }
    expect(await registry.schemaById(7)).toEqual(unusable)
  })

  it.each([
    [500, '{"error_code":50001,"message":"Error in the backend"}'],
    [503, ''],
    [404, '<html>no such page</html>'],
    [404, '{"message":"no Route matched with those values"}'],
    [404, '{"error_code":404,"message":"HTTP 404 Not Found"}'],
    [404, '{"error_code":"40403","message":"text"}'],
    [404, '{"error":{"error_code":40403}}'],
    [404, ''],
    [400, '{"message":"an invalid upstream"}'],
    [302, ''],
    [200, '{"message":"welcome"}'],
    [200, '[]'],
    [400, '<html>bad gateway</html>'],
    [429, '{"error_code":429,"message":"slow down"}'],
    [200, '<html>welcome</html>'],
    [200, '{"schema"'],
  ])('is unavailable on %i %s', async (status, body) => {
    const registry = await registryThat(answering(status, body))
    await expect(registry.schemaById(7)).rejects.toMatchObject(unavailable)
  })

  it.each([
    [404, '<html>no such page</html>', 'status 404: <html>no such page</html>; '],
    [200, '<html>welcome</html>', 'not JSON; '],
  ])('names what it asked and the path to expect, on %i %s', async (status, body, got) => {
    const registry = await registryThat(answering(status, body))
    await expect(registry.check()).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(
        `^list the subjects: unexpected response to GET http://127\\.0\\.0\\.1:\\d+/apis/ccompat/v7/subjects: ${got}does SCHEMA_REGISTRY_URL name .* /apis/ccompat/v7$`,
      ),
    })
  })

  it('is unavailable without a listener, without a response, or with a truncated one', async () => {
    const nobody = createRegistry({ SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' }, 300)
    await expect(nobody.check()).rejects.toMatchObject({
      ...unavailable,
      message:
        'list the subjects: the schema registry at http://127.0.0.1:1 did not respond: connect ECONNREFUSED 127.0.0.1:1',
    })
    const silent = await registryThat(() => {}, { timeoutMs: 300 })
    await expect(silent.schemaById(7)).rejects.toMatchObject(unavailable)
    server?.closeAllConnections()
    const halting = await registryThat(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
        response.write('{"schema":')
      },
      { timeoutMs: 300 },
    )
    await expect(halting.schemaById(7)).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('300 ms'),
    })
  })

  it('reports why the registry refused', async () => {
    const registry = await registryThat(
      answering(409, '{"error_code":409,"message":"incompatible"}'),
    )
    await expect(registry.register('s', '{}')).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      retryable: false,
      message: expect.stringMatching(/^register s: .* refused: incompatible \(409\)$/),
    })
  })

  it('reads the login again for each request; a file that is gone is like a registry that is', async () => {
    const logins: (string | undefined)[] = []
    const [user, password] = [rotatedFile('ann'), rotatedFile('first')]
    const registry = await registryThat(
      (request, response, body) => {
        logins.push(request.headers.authorization)
        answering(200, '[]')(request, response, body)
      },
      {
        settings: {
          SCHEMA_REGISTRY_USERNAME_FILE: user.path,
          SCHEMA_REGISTRY_PASSWORD_FILE: password.path,
        },
      },
    )
    await registry.check()
    user.put('bob\n')
    password.put('second\n')
    await registry.check()
    const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`
    expect(logins).toEqual([basic('ann:first'), basic('bob:second')])
    password.remove()
    await expect(registry.check()).rejects.toMatchObject(unavailable)
  })

  it('authenticates, and never shows the password', async () => {
    let authorization: string | undefined
    const registry = await registryThat(
      (request, response) => {
        authorization = request.headers.authorization
        answering(401, '{"error_code":401,"message":"no"}')(request, response, '')
      },
      { credentials: 'me:p%40ss@' },
    )
    const error: Error = await registry.check().then(
      () => Promise.reject(),
      (e) => e,
    )
    expect(authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    expect(error).toMatchObject({ code: 'REGISTRY_REFUSED' })
    expect(error.message).toContain('refused the credentials (401)')
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/p@ss|p%40ss/)
  })

  it('registers, looks up, and reads the remaining versions', async () => {
    const asked: string[] = []
    const registry = await registryThat((request, response, body) => {
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? '')} ${body}`)
      const isDeleted = request.url?.endsWith('/versions/1') === true
      if (isDeleted) answering(404, notFound)(request, response, body)
      else answering(200, '{"id":9,"version":2,"schema":"text"}')(request, response, body)
    })
    expect(await registry.register('t-a.B', '"string"')).toBe(9)
    expect(await registry.registeredId('t-a.B', '"string"')).toBe(9)
    expect(await registry.versions('t-a.B')).toEqual([{ version: 2, id: 9, text: 'text' }])
    const base = '/apis/ccompat/v7/subjects/t-a.B'
    expect(asked).toEqual([
      `POST ${base}/versions {"schema":"\\"string\\""}`,
      `POST ${base} {"schema":"\\"string\\""}`,
      `GET ${base}/versions/latest `,
      `GET ${base}/versions/1 `,
    ])
  })

  it('treats a missing subject as one without versions or rules', async () => {
    const registry = await registryThat(answering(404, notFound))
    expect(await registry.versions('s')).toEqual([])
    expect(await registry.registeredId('s', '{}')).toBeUndefined()
    expect(await registry.compatibility('s')).toBeUndefined()
    expect(await registry.isCompatible('s', '{}')).toEqual({ ok: true, messages: [] })
    await expect(registry.register('s', '{}')).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  })

  it('reads and sets the compatibility of one subject', async () => {
    const asked: string[] = []
    const registry = await registryThat((request, response, body) => {
      asked.push(`${request.method} ${request.url} ${body}`)
      const answer =
        '{"compatibilityLevel":"FULL_TRANSITIVE","is_compatible":false,"messages":["no"]}'
      answering(200, answer)(request, response, body)
    })
    expect(await registry.compatibility('s')).toBe('FULL_TRANSITIVE')
    expect(await registry.isCompatible('s', '{}')).toEqual({ ok: false, messages: ['no'] })
    await registry.setCompatibility('s', 'FULL_TRANSITIVE')
    expect(asked[2]).toBe('PUT /apis/ccompat/v7/config/s {"compatibility":"FULL_TRANSITIVE"}')
  })
})
