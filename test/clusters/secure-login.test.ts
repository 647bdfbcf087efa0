import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { withAdmin } from '../../src/kafka/admin/topic-admin.ts'
import { brokerCertificateExpiryMs, createKafka } from '../../src/kafka/client/client.ts'
import { rotatedFile } from '../support/rotated-file.ts'
import { createTopicForAll } from '../support/secure-acls.ts'
import { passwordOf, type SecureKafka, startSecureKafka } from '../support/secure-kafka.ts'
import { unsecuredToken } from '../support/secure-token.ts'
import { until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const TOPIC = 'seen-by-all'
let broker: SecureKafka

beforeAll(async () => {
  broker = await startSecureKafka(['ann'])
  await createTopicForAll(broker.kafka, TOPIC)
})

afterAll(() => broker.stop())

/** The topics that a client with these settings sees. */
function topicsSeen(settings: Record<string, string>): Promise<string[]> {
  const config = loadConfig(settings, { required: ['KAFKA_BROKERS'] })
  const kafka = createKafka(config, pino({ level: 'silent' }))
  return withAdmin(kafka, (admin) => admin.list(), 60_000)
}

/** Settings for the listener with SASL over TLS. */
function login(more: Record<string, string>): Record<string, string> {
  const { KAFKA_BROKERS, KAFKA_SSL, KAFKA_SSL_CA_FILE } = broker.as('ann') as Record<string, string>
  return { ...({ KAFKA_BROKERS, KAFKA_SSL, KAFKA_SSL_CA_FILE } as Record<string, string>), ...more }
}

function withCertificate({ cert, key }: { cert: string; key: string }): Record<string, string> {
  const files = { KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key }
  return login({ KAFKA_BROKERS: broker.at.certificate, ...files })
}

describe('a login that Kafka accepts', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('%s', async (mechanism) => {
    const user = { KAFKA_SASL_USERNAME: 'ann', KAFKA_SASL_PASSWORD: passwordOf('ann') }
    const settings = login({ ...user, KAFKA_SASL_MECHANISM: mechanism })
    expect(await topicsSeen(settings)).toEqual([TOPIC])
  })

  it('oauthbearer with a token from a file, which may be replaced', async () => {
    const file = join(broker.folder, 'token')
    writeFileSync(file, unsecuredToken('ann', -10))
    const settings = login({ KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_OAUTH_TOKEN_FILE: file })
    const config = loadConfig(settings, { required: ['KAFKA_BROKERS'] })
    const kafka = createKafka(config, pino({ level: 'silent' }))
    const list = () => withAdmin(kafka, (admin) => admin.list(), 60_000)
    await expect(list()).rejects.toMatchObject({ code: 'KAFKA_REFUSED', retryable: false })
    writeFileSync(file, `${unsecuredToken('ann', 3_600)}\n`)
    expect(await list()).toEqual([TOPIC])
  })

  it('oauthbearer with tokens from client credentials, renewed before they expire', async () => {
    const server = await tokenServer(13)
    const config = loadConfig(
      login({
        KAFKA_SASL_MECHANISM: 'oauthbearer',
        KAFKA_OAUTH_TOKEN_URL: server.url,
        KAFKA_OAUTH_CLIENT_ID: 'client/1',
        KAFKA_OAUTH_CLIENT_SECRET: 'secret:1',
        KAFKA_OAUTH_SCOPE: 'kafka events',
      }),
      { required: ['KAFKA_BROKERS'] },
    )
    const admin = createKafka(config, pino({ level: 'silent' })).admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const atFirst = server.requests.length
    const isAnotherAsked = async () => {
      expect(await admin.listTopics()).toEqual([TOPIC])
      return server.requests.length > atFirst
    }
    await until(isAnotherAsked, { what: 'another token to be requested on the same connection' })
    expect(server.requests[0]).toEqual({
      authorization: `Basic ${Buffer.from('client%2F1:secret%3A1').toString('base64')}`,
      body: 'grant_type=client_credentials&scope=kafka+events',
    })
  })

  it.each(['plain', 'scram-sha-512'])(
    '%s with a username and a password from files, which may be replaced',
    async (mechanism) => {
      const [user, password] = [rotatedFile('former-user'), rotatedFile('former-secret')]
      const settings = login({
        KAFKA_SASL_MECHANISM: mechanism,
        KAFKA_SASL_USERNAME_FILE: user.path,
        KAFKA_SASL_PASSWORD_FILE: password.path,
      })
      const config = loadConfig(settings, { required: ['KAFKA_BROKERS'] })
      const kafka = createKafka(config, pino({ level: 'silent' }))
      const list = () => withAdmin(kafka, (admin) => admin.list(), 60_000)
      await expect(list()).rejects.toMatchObject({ code: 'KAFKA_REFUSED' })
      user.put('ann')
      password.put(passwordOf('ann'))
      expect(await list()).toEqual([TOPIC])
    },
  )

  it('a client certificate, which may be replaced', async () => {
    const files = { cert: join(broker.folder, 'own.pem'), key: join(broker.folder, 'own.key') }
    const put = (from: { cert: string; key: string }) => {
      writeFileSync(files.cert, readFileSync(from.cert))
      writeFileSync(files.key, readFileSync(from.key))
    }
    put(broker.authority.sign('former', -1))
    const config = loadConfig(withCertificate(files), { required: ['KAFKA_BROKERS'] })
    const kafka = createKafka(config, pino({ level: 'silent' }))
    const list = () => withAdmin(kafka, (admin) => admin.list(), 60_000)
    const expired = /KAFKA_SSL_CERT: the certificate expired at \d{4}-/
    await expect(list()).rejects.toMatchObject({ message: expect.stringMatching(expired) })
    expect(brokerCertificateExpiryMs(kafka)).toBeUndefined()
    put(broker.authority.sign('ann'))
    expect(await list()).toEqual([TOPIC])
    const { validTo } = new X509Certificate(readFileSync(broker.brokerCertificate))
    expect(brokerCertificateExpiryMs(kafka)).toBe(Date.parse(validTo))
  })
})

describe('a rejected login', () => {
  const good = () => broker.as('ann')
  const cases: [string, () => Record<string, string>, RegExp][] = [
    [
      'a wrong password, plain',
      () => ({ ...good(), KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'wrong-secret' }),
      /Kafka refused the login: .*Invalid username or password/,
    ],
    [
      'a wrong password, SCRAM',
      () => ({ ...good(), KAFKA_SASL_PASSWORD: 'wrong-secret' }),
      /Kafka refused the login: .*invalid credentials/,
    ],
    [
      'an unknown authority',
      () => ({ ...good(), KAFKA_SSL_CA_FILE: broker.stranger.cert }),
      /not signed by a trusted authority: KAFKA_SSL_CA/,
    ],
    [
      'another server name',
      () => ({ ...good(), KAFKA_SSL_SERVER_NAME: 'kafka.example' }),
      /the server.s certificate is for a different host name: KAFKA_SSL_SERVER_NAME/,
    ],
    [
      'an expired certificate of the broker',
      () => login({ KAFKA_BROKERS: broker.at.expired }),
      /the server.s certificate has expired/,
    ],
    [
      'a client certificate of an unknown authority',
      () => withCertificate(broker.stranger.sign('ann')),
      /rejected the client certificate or requires one: KAFKA_SSL_CERT, KAFKA_SSL_KEY/,
    ],
    [
      'no client certificate',
      () => login({ KAFKA_BROKERS: broker.at.certificate }),
      /rejected the client certificate or requires one: KAFKA_SSL_CERT, KAFKA_SSL_KEY/,
    ],
    [
      'TLS where there is none',
      () => ({ ...good(), KAFKA_BROKERS: broker.at.open }),
      /it may not speak TLS on this port/,
    ],
  ]

  it.concurrent.each(cases)(
    '%s: one clear line, exit 1, few tries, no secret',
    async (_, settings, why) => {
      const { output, ended } = startCli(['topics', 'check', TOPIC], {
        ...settings(),
        LOG_LEVEL: 'trace',
      })
      expect(await ended).toBe(1)
      const [error] = output.err.split('\n').filter((line) => line.startsWith('error: '))
      expect(error).toMatch(/^error: cannot connect to Kafka at /)
      expect(error).toMatch(why)
      const tries = output.err.split('\n').filter((line) => line.includes('"msg":"Connecting"'))
      expect(tries.length).toBeGreaterThan(0)
      expect(tries.length).toBeLessThanOrEqual(12)
      expect(output.out + output.err).not.toMatch(/wrong-secret|secret-of-ann|PRIVATE KEY/)
    },
  )
})

/** A token endpoint. Its tokens are valid for so many seconds; it records requests. */
async function tokenServer(lifeS: number) {
  const requests: { authorization: string | undefined; body: string }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push({ authorization: request.headers.authorization, body })
    const token = { access_token: unsecuredToken('ann', lifeS), expires_in: lifeS }
    response.end(JSON.stringify(token))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/token`, requests }
}
