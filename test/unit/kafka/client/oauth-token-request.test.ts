import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { requestToken } from '../../../../src/kafka/client/oauth-token-request.ts'
import { rotatedFile } from '../../../support/rotated-file.ts'

/** Requests a token from a server with this behaviour. */
async function ask(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return requestToken(configFor(`http://127.0.0.1:${port}`))
}

function configFor(url: string) {
  return loadConfig({
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_URL: url,
    KAFKA_OAUTH_CLIENT_ID: 'client',
    KAFKA_OAUTH_CLIENT_SECRET: 'the-secret',
  })
}

const answering =
  (status: number, body: string, headers = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

it('returns the token and its lifetime', async () => {
  const body = JSON.stringify({ access_token: 'abc.def.', expires_in: 300 })
  expect(await ask(answering(200, body))).toEqual({ value: 'abc.def.', lifeMs: 300_000 })
  const silent = JSON.stringify({ access_token: 'abc' })
  expect(await ask(answering(200, silent))).toEqual({ value: 'abc', lifeMs: 0 })
})

it('sends the secret that the file holds by then', async () => {
  const file = rotatedFile('the-first')
  const logins: (string | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    logins.push(headers.authorization)
    response.end(JSON.stringify({ access_token: 'abc' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const config = loadConfig({
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_URL: `http://127.0.0.1:${port}`,
    KAFKA_OAUTH_CLIENT_ID: 'client',
    KAFKA_OAUTH_CLIENT_SECRET_FILE: file.path,
  })
  await requestToken(config)
  file.put('the-second')
  await requestToken(config)
  const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`
  expect(logins).toEqual([basic('client:the-first'), basic('client:the-second')])
})

it.each([
  [
    401,
    '{"error":"invalid_client","error_description":"the-secret is wrong"}',
    /401 invalid_client/,
  ],
  [400, '<html>the-secret</html>', /refused: 400;/],
  [302, '', /refused: 302;/],
  [200, '{"access_token":"a b"}', /expected a JSON object with an access_token/],
  [200, 'x'.repeat(100), /expected a JSON object with an access_token/],
])('rejects with KAFKA_REFUSED: %s %s', async (status, body, why) => {
  const error = await ask(answering(status, body, { location: 'http://127.0.0.1:1/' })).catch(
    (thrown) => thrown,
  )
  expect(error).toMatchObject({ code: 'KAFKA_REFUSED', retryable: false })
  expect(error.message).toMatch(why)
  expect(error.message).not.toContain('the-secret')
})

it.each([
  [500, 'oops', /: 500$/],
  [429, '{"error":"slow_down"}', /: 429 slow_down$/],
  [200, 'x'.repeat(70_000), /larger than 65536 bytes/],
])('rejects with KAFKA_UNAVAILABLE: %s', async (status, body, why) => {
  await expect(ask(answering(status, body))).rejects.toMatchObject({
    code: 'KAFKA_UNAVAILABLE',
    retryable: true,
    message: expect.stringMatching(why),
  })
})

it('reports why there was no response', async () => {
  const hangUp: RequestListener = (request) => request.socket.destroy()
  await expect(ask(hangUp)).rejects.toMatchObject({
    code: 'KAFKA_UNAVAILABLE',
    message: expect.stringMatching(
      /^KAFKA_OAUTH_TOKEN_URL: no token from http:.*: other side closed$/,
    ),
  })
})
