import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { createRegistry } from '../../src/avro/registry/registry.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { withAdmin } from '../../src/kafka/admin/topic-admin.ts'
import { createKafka } from '../../src/kafka/client/client.ts'
import { type Recipe, recipes } from '../support/clusters-page.ts'
import { createTopicForAll } from '../support/secure-acls.ts'
import { passwordOf, type SecureKafka, startSecureKafka } from '../support/secure-kafka.ts'

const TOPIC = 'seen-by-all'
const USER = 'inventory-events'
/** Event Hubs knows one user. */
const CONNECTION_STRING = '$ConnectionString'

const found = recipes()
const named = (cluster: string) => found.find((recipe) => recipe.cluster === cluster)!
let broker: SecureKafka

beforeAll(async () => {
  broker = await startSecureKafka([USER, CONNECTION_STRING])
  await createTopicForAll(broker.kafka, TOPIC)
})

afterAll(() => broker.stop())
afterEach(() => vi.unstubAllEnvs())

/**
 * The settings of the page, for the local broker and registry: other addresses, files with what these
 * know, and their authority where the page relies on those of Node.
 */
function localised({ settings }: Recipe, registryUrl = 'https://localhost:1') {
  const hasCertificate = 'KAFKA_SSL_CERT_FILE' in settings
  const own = broker.authority.sign(USER)
  const user = settings.KAFKA_SASL_USERNAME ?? USER
  const contents: Record<string, string> = {
    KAFKA_SSL_CERT_FILE: readFileSync(own.cert, 'utf8'),
    KAFKA_SSL_KEY_FILE: readFileSync(own.key, 'utf8'),
    KAFKA_SASL_USERNAME_FILE: user,
    KAFKA_SASL_PASSWORD_FILE: passwordOf(user),
    SCHEMA_REGISTRY_USERNAME_FILE: 'registry-user',
    SCHEMA_REGISTRY_PASSWORD_FILE: 'registry-password',
  }
  const files = Object.keys(settings).filter((name) => name in contents)
  const paths = files.map((name) => {
    const path = join(broker.folder, name)
    writeFileSync(path, `${contents[name]}\n`)
    return [name, path]
  })
  return loadConfig(
    {
      ...settings,
      ...Object.fromEntries(paths),
      KAFKA_BROKERS: hasCertificate ? broker.at.certificate : broker.at.sasl,
      KAFKA_SSL_CA_FILE: broker.authority.cert,
      SCHEMA_REGISTRY_URL: registryUrl,
      SCHEMA_REGISTRY_CA_FILE: broker.authority.cert,
    },
    { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] },
  )
}

function topicsSeen(recipe: Recipe): Promise<string[]> {
  const kafka = createKafka(localised(recipe), pino({ level: 'silent' }))
  return withAdmin(kafka, (admin) => admin.list(), 60_000)
}

it.each(found.filter(({ settings }) => settings.KAFKA_OAUTH_AWS_REGION === undefined))(
  '$cluster: the settings log in to a broker with the same mechanism',
  async (recipe) => {
    expect(await topicsSeen(recipe)).toEqual([TOPIC])
  },
)

it('Amazon MSK: a token reaches the broker, which has no IAM and refuses it', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the-secret-access-key')
  await expect(topicsSeen(named('Amazon MSK with IAM'))).rejects.toMatchObject({
    code: 'KAFKA_REFUSED',
    message: expect.stringContaining('SASL OAUTHBEARER authentication failed'),
  })
})

it.each(found.filter((recipe) => 'SCHEMA_REGISTRY_USERNAME_FILE' in recipe.settings))(
  '$cluster: the settings log in to a registry over TLS',
  async (recipe) => {
    const { cert, key } = broker.authority.sign('registry')
    const logins: (string | undefined)[] = []
    const server = createServer(
      { cert: readFileSync(cert), key: readFileSync(key) },
      ({ headers }, answer) => {
        logins.push(headers.authorization)
        answer.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('[]')
      },
    )
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    await createRegistry(localised(recipe, `https://localhost:${port}`)).check()
    const basic = Buffer.from('registry-user:registry-password').toString('base64')
    expect(logins).toEqual([`Basic ${basic}`])
  },
)
