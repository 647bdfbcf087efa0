import { readFileSync } from 'node:fs'
import kafkajs, { type AclEntry } from 'kafkajs'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createUser } from '../../src/console/access/users.ts'
import { type AuditEntry, decodeAudit } from '../../src/control/audit-record.ts'
import { moved } from '../support/events.ts'
import { mirrorCheckpoint } from '../support/mirror-checkpoint.ts'
import { readTopic } from '../support/read-topic.ts'
import { rotatedFile } from '../support/rotated-file.ts'
import { runCli } from '../support/run-cli.ts'
import { grant, replaceRight, rightsIn } from '../support/secure-acls.ts'
import { type SecureKafka, startSecureKafka } from '../support/secure-kafka.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { endpoints, uniqueName, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const USERS = [
  'setup',
  'publisher',
  'stateful',
  'keeper',
  'forgetter',
  'explainer',
  'console',
  'rescuer',
  'splitter',
  'operator',
  'rebuilder',
]
const LACKING = ['lacking-id', 'lacking-state', 'lacking-read']
const GROUP = 'inventory-events'
const inventory = `${uniqueName('secure')}.inventory`
const plugin = `${uniqueName('secure')}.plugin`
const states = `${inventory}.${GROUP}.state`
const TOPICS = ['--inventory-topic', inventory, '--plugin-topic', plugin]

/** The ACLs of docs/security.md, for the topics of this test. */
const rights = rightsIn(
  readFileSync('docs/security.md', 'utf8')
    .replaceAll('inventory.events', inventory)
    .replaceAll('plugin.events', plugin),
)
const of = (user: string) => rights.filter(({ principal }) => principal === `User:${user}`)
let broker: SecureKafka

beforeAll(async () => {
  broker = await startSecureKafka([...USERS, ...LACKING])
  await grant(broker.kafka, rights)
  // "As well" is what the page says of them.
  for (const user of ['stateful', ...LACKING]) await grant(broker.kafka, of('service'), user)
  await grant(broker.kafka, of('keeper'), 'explainer')
  await grant(broker.kafka, of('replayer'), 'rebuilder')
  const { TOPIC } = kafkajs.AclResourceTypes
  const ofTopics = of('stateful').filter(({ resourceType }) => resourceType === TOPIC)
  await grant(broker.kafka, ofTopics, 'lacking-id')
  const { DESCRIBE, READ, WRITE } = kafkajs.AclOperationTypes
  const without = (operation: number) => {
    const isIt = (each: AclEntry) => each.resourceName === states && each.operation === operation
    return replaceRight(of('stateful'), isIt, DESCRIBE)
  }
  await grant(broker.kafka, without(WRITE), 'lacking-state')
  await grant(broker.kafka, without(READ), 'lacking-read')
})

afterAll(() => broker.stop())

function settingsOf(user: string): Record<string, string> {
  return {
    ...broker.as(user),
    SCHEMA_REGISTRY_URL: endpoints().registryUrl,
    KAFKA_TOPICS: `${inventory},${plugin}`,
    PLUGINS: pluginPath('plugins/counting'),
    EVENTS_ENABLED: 'true',
  }
}

async function done(user: string, args: string[], input = ''): Promise<string> {
  const run = await runCli(args, { env: settingsOf(user), input })
  expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
  return run.stdout
}

function service(user: string, more: Record<string, string> = {}) {
  const own = { HTTP_PORT: '0', COMMIT_INTERVAL_MS: '100' }
  return serve({ ...settingsOf(user), ...own, ...more })
}

/** Waits until the service is ready, or not, because of that. */
async function untilReady(running: ReturnType<typeof service>, is: string): Promise<void> {
  const { httpPort } = await running.logged('started')
  const says = async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).text()
  await until(async () => (await says()).includes(is), { what: `/readyz to say ${is}` })
}

const publish = (count: number) => {
  const events = Array.from({ length: count }, (_, n) => moved(`ent_${n}`, 0, `evt_${n}`))
  return done('publisher', ['publish', ...TOPICS], events.map((e) => JSON.stringify(e)).join('\n'))
}

const remembered = () => done('keeper', ['state', 'export', 'counting'])
const linesIn = (text: string) => text.split('\n').length - 1

async function audit(): Promise<AuditEntry[]> {
  const records = await readTopic(`${GROUP}.audit`, broker.kafka)
  return records.map(({ value }) => decodeAudit(value)!)
}

it('a service with state needs a right to its transactional ids, which is said at the start', async () => {
  await done('setup', ['topics', 'create', '--partitions', '2', '--state'])
  await done('setup', ['schemas', 'register', ...TOPICS])
  const refused = service('lacking-id')
  expect(await refused.ended).toBe(1)
  expect(refused.output.err).toMatch(
    /cannot write with the transactional id inventory-events-\S+ \(plugins with state need Write on transactional ids that begin with inventory-events-\): this user lacks a right to the transactional id/,
  )
  expect(refused.log().map(({ msg }) => msg)).not.toContain('started')
})

it('a service that lacks Write on its states is not ready, and names them', async () => {
  const running = service('lacking-state')
  await running.logged('started')
  await publish(1)
  await untilReady(running, `may not write to ${states}`)
  const { error } = await running.logged('commit failed; the next commit retries')
  expect(error).toMatch(`cannot write to topic ${states}: this user lacks a right to the topic`)
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

it('a service with state has its rights, and so have the console and the commands', async () => {
  const running = service('stateful')
  await running.logged('started')
  await publish(4)
  await until(async () => linesIn(await remembered()) === 4, { what: 'four states' })
  await consoleSwitches()
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
  expect(running.log().filter(({ level }) => level !== 'info')).toEqual([])

  expect(await done('keeper', ['state', 'list', 'counting'])).toContain('ent_3')
  expect(await done('keeper', ['state', 'get', 'counting', 'ent_3'])).toContain('"count"')
  const explain = ['explain', 'evt_3', '--entity', 'ent_3']
  expect(await done('explainer', explain)).toContain('"count":1')
  const reset = ['state', 'reset', 'counting', 'ent_3']
  expect(await done('forgetter', reset)).toContain('Dry run')
  expect(await done('forgetter', [...reset, '--yes'])).toContain('forgot 1 state')
  expect(linesIn(await remembered())).toBe(3)
})

/** The console shows the replica and its plugin, pauses and resumes it, and knows its users by a file. */
async function consoleSwitches(): Promise<void> {
  const { line, token } = await createUser('ana', 'operator')
  const users = rotatedFile(line)
  const own = { CONSOLE_PORT: '0', CONSOLE_USERS_FILE: users.path, LOG_FORMAT: 'json' }
  const { child, output, ended } = startCli(['console'], { ...settingsOf('console'), ...own })
  onTestFinished(() => void child.kill('SIGKILL'))
  const portIn = () => /"port":(\d+)/.exec(output.out)?.[1]
  const url = `http://127.0.0.1:${await until(portIn, { what: 'the console to start' })}`
  const headers = { origin: url, 'content-type': 'application/json' }
  const body = JSON.stringify({ token })
  const session = await fetch(`${url}/api/session`, { method: 'POST', headers, body })
  const cookie = session.headers.get('set-cookie')!.split(';')[0]!
  const get = (path: string) => fetch(`${url}${path}`, { headers: { cookie } })
  const text = async (path: string) => (await get(path)).text()
  const isShown = async () => (await text('/api/plugins')).includes('"slug":"counting"')
  await until(isShown, { what: 'the status of the replica to be shown' })
  for (const command of ['pause', 'resume']) {
    const answer = await fetch(`${url}/api/plugins/counting/${command}`, {
      ...{ method: 'POST', headers: { ...headers, cookie } },
      body: JSON.stringify({ why: 'a test' }),
    })
    expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)])
  }
  const isAudited = async () => (await text('/api/audit')).match(/"action":/g)?.length === 2
  await until(isAudited, { what: 'the audit to be shown' })
  for (const path of ['events', 'event?id=x', 'entity?key=x', 'entity/outcomes?key=x']) {
    expect(await text(`/api/${path}`)).toContain('"reason":"end"')
  }
  users.put((await createUser('eve', 'viewer')).line)
  const isOut = async () => (await get('/api/plugins')).status === 401
  await until(isOut, { what: 'a user who was taken out to be out' })
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
}

it('rebuilds states from past events, with its rights', async () => {
  const rebuild = ['replay', '--plugin', 'counting', '--rebuild', '--from', '1h', '--yes']
  await done('operator', ['plugins', 'disable', 'counting'])
  expect(await done('rebuilder', rebuild)).toContain('processed')
  expect(linesIn(await remembered())).toBe(4)
})

it('a service that may not read its states is not ready, and names them', async () => {
  const running = service('lacking-read')
  await untilReady(running, `may not read ${states}`)
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

it('a service with plugins that publish is not ready until it has the right to their topics', async () => {
  const PLUGINS = pluginPath('plugins/repeating')
  const running = service('stateful', { PLUGINS, FOLLOW_UPS: plugin })
  await running.logged('started')
  await done('publisher', ['publish', ...TOPICS], `${JSON.stringify(moved('ent_9'))}\n`)
  await untilReady(running, `may not write to ${plugin}`)
  await grant(broker.kafka, of('announcer'), 'stateful')
  // A transaction with a write to the topic was committed.
  await untilReady(running, '"rights","ok":true')
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

it('fails the group over, with its rights', async () => {
  const checkpoints = 'one.checkpoints.internal'
  const admin = broker.kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: checkpoints }] })
  await admin.disconnect()
  const producer = broker.kafka.producer()
  await producer.connect()
  const checkpoint = { groupId: GROUP, topic: inventory, partition: 0, offset: 0 }
  const timestamp = String(Date.now() - 3_600_000)
  const messages = [{ ...mirrorCheckpoint(checkpoint), timestamp }]
  await producer.send({ topic: checkpoints, messages })
  await producer.disconnect()
  const args = ['group', 'failover', '--alias', 'one', '--recovery-point', '30m']
  expect(await done('rescuer', args)).toMatch(/[1-9]\d* records? of marks, [1-9]\d* states?/)
  const said = await done('rescuer', [...args, '--yes'])
  expect(said).toMatch(/[1-9]\d* records? of marks undone, 0 states restored, 5 without one/)
  expect(linesIn(await remembered())).toBe(0)
})

it('splits the group with its states, with its rights', async () => {
  const split = ['group', 'split', '--from', GROUP, '--to', 'alarms', '--plugins', 'counting']
  expect(await done('splitter', [...split, '--yes'])).toContain('alarms: begins where')
})

it('all of it is in the audit', async () => {
  const entries = await audit()
  const done = entries.filter(({ phase }) => phase === 'done')
  expect(done.map(({ action, via }) => [action, via])).toEqual([
    ['plugins pause', 'console'],
    ['plugins resume', 'console'],
    ['state reset', 'command'],
    ['plugins disable', 'command'],
    ['replay --rebuild', 'command'],
    ['group failover', 'command'],
    ['group split', 'command'],
  ])
})
