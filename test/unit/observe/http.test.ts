import { afterEach, describe, expect, it } from 'vitest'
import { type Health, type HttpServer, startHttp } from '../../../src/observe/http.ts'
import { createMetrics } from '../../../src/observe/metrics.ts'

const good: Health = [{ name: 'fetch loop', ok: true }]
const bad: Health = [
  { name: 'group', ok: true },
  { name: 'dead letters', ok: false, why: 'a.dead-letters has 1 partition, a has 3' },
]

const servers: HttpServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

async function serve({ live = good, ready = good, port = 0 } = {}) {
  const { register } = createMetrics({ version: '1.2.3' })
  const server = await startHttp({ port, register, live: () => live, ready: () => ready })
  servers.push(server)
  return { server, get: (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`) }
}

describe.each(['/livez', '/readyz'])('%s', (path) => {
  it('returns 200 while all checks pass', async () => {
    const response = await (await serve()).get(path)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ ok: true, checks: good })
  })

  it('returns 503 with the reason, independent of the other', async () => {
    const { get } = await serve(path === '/livez' ? { live: bad } : { ready: bad })
    const response = await get(path)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({ ok: false, checks: bad })
    expect((await get(path === '/livez' ? '/readyz' : '/livez')).status).toBe(200)
  })
})

it('serves the metrics in the Prometheus format', async () => {
  const response = await (await serve()).get('/metrics')
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await response.text()).toContain('inventory_events_build_info{version="1.2.3"} 1')
})

it('has no other path', async () => {
  expect((await (await serve()).get('/')).status).toBe(404)
})

it('names the setting when the port is taken', async () => {
  const { server } = await serve()
  const again = serve({ port: server.port })
  await expect(again).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/^HTTP_PORT: .*EADDRINUSE/),
  })
})

it('does not listen once closed', async () => {
  const { server, get } = await serve()
  await get('/livez')
  await server.close()
  await expect(get('/livez')).rejects.toThrow('fetch failed')
})
