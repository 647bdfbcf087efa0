import { describe, expect, it } from 'vitest'
import { until } from '../../support/stack.ts'
import { gateway, wastedEvent } from './gateway-kit.ts'
import { headOf, talk } from './raw-connection.ts'

const HOST = 'host: x\r\nconnection: close\r\n'

describe('what never becomes a request gets a problem document', () => {
  it.each([
    ['invalid HTTP', '\x16\x03\x01\x02', 400],
    ['an unknown method', 'FOO / HTTP/1.1\r\n\r\n', 400],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\n${HOST}a: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['no host', 'GET /openapi.json HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['an expectation', `GET /events HTTP/1.1\r\n${HOST}expect: cake\r\n\r\n`, 417],
    ['an invalid path', `GET /%zz HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a rare method', `PROPFIND /events HTTP/1.1\r\n${HOST}\r\n`, 405],
    ['invalid chunks', `${headOf('chunked')}zz\r\n`, 400],
    ['chunks with long extensions', `${headOf('chunked')}1;${'x'.repeat(20_000)}\r\n`, 413],
    ['two lengths', headOf(1).replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n'), 400],
  ])('%s', async (_what, text, status) => {
    const kit = await gateway()
    const told = await talk(kit.url, text)
    expect(told).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(told).toMatch(/\r\ncontent-type: application\/problem\+json/i)
    const [, body] = told.split('\r\n\r\n')
    expect(JSON.parse(body!)).toMatchObject({ type: 'about:blank', status })
    await until(() => kit.answers.length > 0, { what: 'the response to be reported' })
    expect(kit.answers).toMatchObject([{ status, problem: { status }, from: '127.0.0.1' }])
    // Anything else that is reported comes before the next request.
    expect((await kit.events({ event: 'a.b' })).status).toBe(202)
    await until(() => kit.answered.includes('/events 202'), {
      what: 'the next response to be reported',
    })
    expect(kit.answers).toHaveLength(2)
    expect(kit.failures).toEqual([])
  })

  it('a request that does not arrive in time', async () => {
    const kit = await gateway({ requestTimeoutMs: 300 })
    const told = await talk(kit.url, `${headOf(50)}{`)
    expect(told).toMatch(/^HTTP\/1.1 408 [\s\S]*application\/problem\+json/)
    expect(kit.answers.map(({ status }) => status)).toContain(408)
  })
})

it('reports why each request was rejected, without its content, and how long it took', async () => {
  const kit = await gateway()
  await kit.webhook(wastedEvent(), { 'x-tracktile-signature': 't=1,v1=2' })
  await kit.webhook('{"secret": nope}')
  await kit.webhook({ ...wastedEvent(), entityId: { secret: 1 } })
  await kit.webhook(wastedEvent())
  await until(() => kit.answers.length === 4, { what: 'all responses to be reported' })
  const whys = kit.answers.map(({ problem }) => problem?.logged ?? problem?.detail)
  expect(whys).toEqual([
    'X-Tracktile-Signature: expected a v1 of 64 hexadecimal digits',
    'the body: expected JSON',
    '1 event is invalid; nothing of the request was published',
    undefined,
  ])
  expect(kit.answers.every(({ seconds }) => seconds === 0)).toBe(true)
  expect(kit.answers[0]).toMatchObject({ route: '/webhooks/inventory', from: '127.0.0.1' })
})
