import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { removeSubject } from '../../../../src/avro/registry/remove-subject.ts'
import { createAuthority } from '../../../support/secure-certificates.ts'

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

function respondWith(status: number, seen: IncomingMessage[] = []): RequestListener {
  return (request, response) => {
    seen.push(request)
    response.writeHead(status, { connection: 'close' }).end('{}')
  }
}

describe('removeSubject', () => {
  it('deletes the subject, then permanently, then its compatibility level', async () => {
    const seen: IncomingMessage[] = []
    const port = await listen(createServer(respondWith(200, seen)))
    await removeSubject({ SCHEMA_REGISTRY_URL: `http://me:secret@localhost:${port}/api/` }, 'a/b')
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /api/subjects/a%2Fb',
      'DELETE /api/subjects/a%2Fb?permanent=true',
      'DELETE /api/config/a%2Fb',
    ])
    const { authorization } = seen[0]!.headers
    expect(authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
  })

  it('accepts a subject that does not exist', async () => {
    const port = await listen(createServer(respondWith(404)))
    await removeSubject({ SCHEMA_REGISTRY_URL: `http://localhost:${port}` }, 'a')
  })

  it('rejects with REGISTRY_REFUSED for another status, REGISTRY_UNAVAILABLE without one', async () => {
    const server = createServer(respondWith(403))
    const url = `http://localhost:${await listen(server)}`
    const remove = () => removeSubject({ SCHEMA_REGISTRY_URL: url }, 'a')
    await expect(remove()).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: `cannot delete ${url}/subjects/a: the schema registry returned 403`,
    })
    await new Promise((resolve) => server.close(resolve))
    await expect(remove()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', retryable: true })
  })

  it('trusts SCHEMA_REGISTRY_CA', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'remove-subject-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const authority = createAuthority(folder, 'registry')
    const { key, cert } = authority.sign('localhost')
    const identity = { key: readFileSync(key), cert: readFileSync(cert) }
    const port = await listen(createTlsServer(identity, respondWith(200)))
    const settings = { SCHEMA_REGISTRY_URL: `https://localhost:${port}` }
    await expect(removeSubject(settings, 'a')).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
    })
    await removeSubject(
      { ...settings, SCHEMA_REGISTRY_CA: readFileSync(authority.cert, 'utf8') },
      'a',
    )
  })
})
