import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { fetchKafka } from '../../src/dev/stack/kafka.ts'
import { retryTakenPorts } from '../../src/dev/stack/port-taken.ts'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { java, waitUntilReady } from '../../src/dev/stack/process/launch.ts'
import { runCommand } from '../../src/dev/stack/process/run-command.ts'
import { brokerIsReady } from '../../src/dev/stack/readiness.ts'
import type { Site } from '../../src/dev/stack/site.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { type Node, nodeAt } from '../faults/node.ts'
import { type Authority, type Certificate, createAuthority } from './secure-certificates.ts'
import { until } from './stack.ts'

export interface SecureKafka {
  /** A folder for the tests' own files. */
  folder: string
  /** Listeners by required login. `open` is for the tests only and has all rights. */
  at: { open: string; sasl: string; certificate: string; expired: string }
  authority: Authority
  /** The file of what it presents to its clients. */
  brokerCertificate: string
  /** An authority that the broker does not trust. */
  stranger: Authority
  /** A client with all rights. */
  kafka: Kafka
  /** Settings of a user that logs in with SCRAM over TLS. */
  as(user: string): Record<string, string>
  stop(): Promise<void>
}

const READY_MS = 120_000
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'
const CLUSTER_ID = Buffer.from('inventory-secure').toString('base64url')
const COORDINATORS = 4
const MECHANISMS = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER'

export function passwordOf(user: string): string {
  return `secret-of-${user}`
}

/**
 * A broker with TLS, all logins and ACLs, in which no user has rights yet. `more` are lines for its
 * properties. Needs Maven and Java.
 */
export async function startSecureKafka(
  users: readonly string[],
  more: readonly string[] = [],
): Promise<SecureKafka> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'secure-kafka-')))
  const signal = AbortSignal.timeout(600_000)
  const authority = createAuthority(folder, 'known')
  const classpath = (await jars(folder, signal)).join(delimiter)
  const settings = join(folder, 'server.properties')
  const certificates = { good: authority.sign('broker'), expired: authority.sign('expired', -1) }
  const { node, at } = await retryTakenPorts(async () => {
    const ports = await pickManyPorts()
    await rm(join(folder, 'data'), { recursive: true, force: true })
    await mkdir(join(folder, 'data'))
    const text = properties({ folder, ports, authority, certificates, users })
    await writeFile(settings, [text, ...more].join('\n'))
    await format(classpath, settings, users, signal)
    const at = addresses(ports)
    const node = brokerNode({ folder, classpath, settings, address: at.open, signal })
    await node.start()
    return { node, at }
  })
  const kafka = new Kafka({ clientId: 'test', brokers: [at.open], logLevel: logLevel.NOTHING })
  await loadCoordinators(kafka)
  return {
    folder,
    at,
    authority,
    brokerCertificate: certificates.good.cert,
    stranger: createAuthority(folder, 'stranger'),
    kafka,
    as: (user) => ({
      KAFKA_BROKERS: at.sasl,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: authority.cert,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: user,
      KAFKA_SASL_PASSWORD: passwordOf(user),
    }),
    async stop() {
      await node.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A broker loads its coordinators when a first group asks for one, and refuses all until it has. */
async function loadCoordinators(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  // Names that are one apart are of partitions that are one apart.
  const groups = Array.from({ length: COORDINATORS }, (_, n) => `group-${n}`)
  const areLoaded = async () => (await admin.describeGroups(groups)).groups.length > 0
  await until(areLoaded, { what: 'the coordinators to be loaded' })
  await admin.disconnect()
}

function brokerNode(options: {
  folder: string
  classpath: string
  settings: string
  address: string
  signal: AbortSignal
}): Node {
  const { folder, classpath, settings, address, signal } = options
  return nodeAt(
    folder,
    'secure-kafka',
    async ({ launch }) => {
      const memory = ['-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
      const args = [...memory, QUIET, '-cp', classpath, 'kafka.Kafka', settings]
      const launched = launch({ name: 'broker', args })
      const limits = { timeoutMs: READY_MS, signal }
      await waitUntilReady(launched, 'the secured broker', () => brokerIsReady(address), limits)
    },
    signal,
  )
}

async function jars(folder: string, signal: AbortSignal): Promise<string[]> {
  const site = { folder, jarsFolder: jarsFolder(resolve('.inventory-events')), signal, mark: '' }
  return fetchKafka({ ...site, say: () => {}, launch: undefined as unknown as Site['launch'] })
}

type ListenerPorts = Record<'open' | 'sasl' | 'certificate' | 'expired' | 'controller', number>

async function pickManyPorts(): Promise<ListenerPorts> {
  return {
    open: await pickPort(),
    sasl: await pickPort(),
    certificate: await pickPort(),
    expired: await pickPort(),
    controller: await pickPort(),
  }
}

function addresses({ open, sasl, certificate, expired }: ListenerPorts): SecureKafka['at'] {
  const named = (port: number) => `localhost:${port}`
  return {
    open: `127.0.0.1:${open}`,
    sasl: named(sasl),
    certificate: named(certificate),
    expired: named(expired),
  }
}

async function format(
  classpath: string,
  settings: string,
  users: readonly string[],
  signal: AbortSignal,
) {
  const scram = users.flatMap((user) =>
    [256, 512].flatMap((bits) => [
      '--add-scram',
      `SCRAM-SHA-${bits}=[name=${user},password=${passwordOf(user)}]`,
    ]),
  )
  const tool = ['-cp', classpath, QUIET, 'kafka.tools.StorageTool', 'format']
  const args = [...tool, '-t', CLUSTER_ID, '-c', settings, ...scram]
  const { exit, output } = await runCommand(java(), args, { timeoutMs: READY_MS, signal })
  if (exit !== 0) throw new Error(`cannot prepare the secured broker (${exit}): ${output}`)
}

interface Layout {
  folder: string
  ports: ListenerPorts
  authority: Authority
  certificates: { good: Certificate; expired: Certificate }
  users: readonly string[]
}

function properties({ folder, ports, authority, certificates, users }: Layout): string {
  const { open, sasl, certificate, expired, controller } = ports
  const own = `SASL://localhost:${sasl},CERTIFICATE://localhost:${certificate},EXPIRED://localhost:${expired}`
  const listeners = `OPEN://127.0.0.1:${open},${own}`
  const security = 'org.apache.kafka.common.security'
  const passwords = users.map((user) => `user_${user}="${passwordOf(user)}"`).join(' ')
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=${listeners},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=${listeners}
listener.security.protocol.map=OPEN:PLAINTEXT,SASL:SASL_SSL,CERTIFICATE:SSL,EXPIRED:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=OPEN
log.dirs=${join(folder, 'data')}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
ssl.keystore.type=PEM
ssl.keystore.location=${certificates.good.both}
ssl.truststore.type=PEM
ssl.truststore.location=${authority.cert}
ssl.principal.mapping.rules=RULE:^CN=([^,]+)$/$1/
listener.name.certificate.ssl.client.auth=required
listener.name.expired.ssl.keystore.type=PEM
listener.name.expired.ssl.keystore.location=${certificates.expired.both}
listener.name.sasl.sasl.enabled.mechanisms=${MECHANISMS}
listener.name.sasl.plain.sasl.jaas.config=${security}.plain.PlainLoginModule required ${passwords};
listener.name.sasl.scram-sha-256.sasl.jaas.config=${security}.scram.ScramLoginModule required;
listener.name.sasl.scram-sha-512.sasl.jaas.config=${security}.scram.ScramLoginModule required;
listener.name.sasl.oauthbearer.sasl.jaas.config=${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=${COORDINATORS}
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
`
}
