import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { checkExternal, externalEndpoints } from '../../../../src/dev/stack/external.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function listen(server: Server): Promise<number> {
  servers.push(server)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

const NOBODY = '127.0.0.1:1'

describe('endpoints in the environment', () => {
  it('are both set or neither', () => {
    expect(externalEndpoints({})).toBeUndefined()
    expect(externalEndpoints({ KAFKA_BROKERS: 'b:1', SCHEMA_REGISTRY_URL: 'http://r' })).toEqual({
      brokers: 'b:1',
      registryUrl: 'http://r',
    })
    expect(() => externalEndpoints({ KAFKA_BROKERS: 'b:1' })).toThrow(/SCHEMA_REGISTRY_URL is not/)
    expect(() => externalEndpoints({ SCHEMA_REGISTRY_URL: 'http://r' })).toThrow(
      /KAFKA_BROKERS is not/,
    )
  })

  it('pass if a broker and the registry respond, even with 401', async () => {
    const broker = await listen(createServer())
    const registry = await listen(
      createHttpServer((request, response) => {
        response.statusCode = request.url === '/api/subjects' ? 401 : 404
        response.end()
      }),
    )
    const registryUrl = `http://127.0.0.1:${registry}/api/`
    await checkExternal({ brokers: `${NOBODY}, 127.0.0.1:${broker}`, registryUrl }, 5_000)
  })

  it('fail with the names of those that do not respond, and no password', async () => {
    const given = { brokers: NOBODY, registryUrl: `http://user:secret@${NOBODY}` }
    const refusal = checkExternal(given, 0)
    await expect(refusal).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
    await expect(refusal).rejects.toThrow(
      `waited 0 s for a broker at KAFKA_BROKERS=${NOBODY} and a registry at SCHEMA_REGISTRY_URL=http://${NOBODY}: no response`,
    )
  })
})
