import { readFileSync } from 'node:fs'
import kafkajs, { type AclEntry } from 'kafkajs'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startConsole } from '../support/console.ts'
import { consoleApi } from '../support/console-api.ts'
import { moved, pluginEvent } from '../support/events.ts'
import { clientOf, SECRET, TOKEN } from '../support/gateway.ts'
import { runCli } from '../support/run-cli.ts'
import { grant, rightsIn } from '../support/secure-acls.ts'
import { type SecureKafka, startSecureKafka } from '../support/secure-kafka.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { endpoints, uniqueName, until } from '../support/stack.ts'
import { startCli } from '../support/start-cli.ts'

const USERS = [
  'service',
  'publisher',
  'setup',
  'auditor',
  'operator',
  'watcher',
  'clerk',
  'redriver',
  'closer',
  'explainer',
  'replayer',
  'splitter',
  'trier',
  'console',
]
/** Users that each lack one right of the service. */
const LACKING = [
  'lacking-1',
  'lacking-2',
  'lacking-3',
  'lacking-4',
  'lacking-5',
  'lacking-6',
  'lacking-7',
  'lacking-8',
  'nobody',
]
const inventory = `${uniqueName('secure')}.inventory`
const plugin = `${uniqueName('secure')}.plugin`
const TOPICS = ['--inventory-topic', inventory, '--plugin-topic', plugin]

/** The ACLs of docs/security.md, for the topics of this test. */
const rights = rightsIn(
  readFileSync('docs/security.md', 'utf8')
    .replaceAll('inventory.events', inventory)
    .replaceAll('plugin.events', plugin),
)
let broker: SecureKafka

beforeAll(async () => {
  broker = await startSecureKafka([...USERS, ...LACKING])
  await grant(broker.kafka, rights)
})

afterAll(() => broker.stop())

function settingsOf(user: string): Record<string, string> {
  return {
    ...broker.as(user),
    SCHEMA_REGISTRY_URL: endpoints().registryUrl,
    KAFKA_TOPICS: `${inventory},${plugin}`,
    PLUGINS: pluginPath('plugins/careful'),
  }
}

async function cli(user: string, args: string[], input = '') {
  const run = await runCli(args, { env: settingsOf(user), input })
  expect(run.stdout + run.stderr).not.toContain('secret-of-')
  return run
}

async function done(user: string, args: string[], input = ''): Promise<string> {
  const run = await cli(user, args, input)
  expect(run, run.stderr).toMatchObject({ code: 0, stderr: '' })
  return run.stdout
}

function service(user: string, more: Record<string, string> = {}) {
  const own = {
    EVENTS_ENABLED: 'true',
    HTTP_PORT: '0',
    COMMIT_INTERVAL_MS: '100',
    SESSION_TIMEOUT_MS: '6000',
    WATCHDOG_TIMEOUT_MS: '1500',
  }
  return serve({ ...settingsOf(user), ...own, ...more })
}

type Running = ReturnType<typeof service>

const problemsOf = ({ log }: Running) => log().filter(({ level }) => level !== 'info')

function linesOf(events: object[]): string {
  return events.map((event) => JSON.stringify(event)).join('\n')
}

it('sets the topics and schemas up', async () => {
  expect(await done('setup', ['topics', 'create', '--partitions', '2'])).toContain('created')
  expect(await done('auditor', ['topics', 'check'])).toContain(`${inventory}: ok`)
  await done('nobody', ['schemas', 'register', ...TOPICS])
})

it('publishes, by command and by gateway', async () => {
  const lines = linesOf([moved('ent_1'), pluginEvent('first', { how: 'note' })])
  expect(await done('publisher', ['publish', ...TOPICS], lines)).toContain('2 published')
  const { child, output, ended } = startCli(['gateway'], {
    ...settingsOf('publisher'),
    GATEWAY_PORT: '0',
    HTTP_PORT: '0',
    GATEWAY_SECRETS: SECRET,
    GATEWAY_TOKEN: TOKEN,
    GATEWAY_INVENTORY_TOPIC: inventory,
    GATEWAY_PLUGIN_TOPIC: plugin,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const portIn = () => /"port":(\d+)/.exec(output.out)?.[1]
  const client = clientOf(Number(await until(portIn, { what: 'the gateway to start' })))
  expect((await client.webhook(moved('ent_2'))).status).toBe(202)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

it('backtests a filter on the published events', async () => {
  const tried = await done('trier', ['filters', 'backtest', '--plugin', 'careful', '--from', '1h'])
  expect(tried).toContain('\nmatched      3\n')
})

it('serves: reads, dead-letters, marks, commits, follows switches, is explained, records a crash', async () => {
  const first = service('service')
  await first.logged('noted')
  const lines = linesOf([pluginEvent('second', { how: 'reject' })])
  await done('publisher', ['publish', ...TOPICS], lines)
  const letters = () => done('clerk', ['dead-letters', 'list', '--all'])
  const [place] = (await until(async () => (await letters()).match(/\S+@\d+/), {
    what: 'the dead letter to be listed',
  })) as unknown as [string]
  expect(await done('clerk', ['dead-letters', 'show', place])).toContain('as it says')
  expect(await done('clerk', ['dead-letters', 'export'])).toContain('as it says')
  const redriven = await done('redriver', ['dead-letters', 'redrive', '--yes'])
  expect(redriven).toBe('1 redriven, 0 redriven before\n')
  await until(async () => (await letters()).match(/@\d+.*\n.*@\d+/), {
    what: 'it to be dead-lettered again',
  })
  const why = ['--why', 'counted by hand']
  const closed = await done('closer', ['dead-letters', 'discard', place, ...why, '--yes'])
  expect(closed).toBe('0 discarded, 1 redriven or discarded before\n')
  const open = await cli('clerk', ['dead-letters', 'list'])
  expect(open.stderr).toBe('not shown: 1 redriven, 0 discarded; --all shows them\n')
  const [again] = open.stdout.match(/\S+@\d+/) as unknown as [string]
  const next = await done('closer', ['dead-letters', 'discard', again, ...why, '--yes'])
  expect(next).toBe('1 discarded, 0 redriven or discarded before\n')

  const { httpPort } = await first.logged('started')
  const counted = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()
    return metrics.includes('inventory_events_dead_letters_open{plugin="careful"} 0')
  }
  await until(counted, { what: 'no dead letter to be open' })

  await done('operator', ['plugins', 'pause', 'careful'])
  await first.logged('switch changed')
  await done('operator', ['plugins', 'resume', 'careful'])
  await done('operator', ['events', 'on'])
  expect(await done('watcher', ['events', 'status'])).toContain('on')

  const rejected = pluginEvent('fourth', { how: 'reject' })
  await done('publisher', ['publish', ...TOPICS], linesOf([rejected]))
  const told = await until(
    async () => {
      const text = await done('explainer', ['explain', rejected.id])
      return /as it says.*rejected at|rejected at.*as it says/s.test(text) && text
    },
    { what: 'the dead letter and its mark to be explained' },
  )
  expect(told).not.toContain('unknown')

  const poison = linesOf([pluginEvent('third', { how: 'block' })])
  await done('publisher', ['publish', ...TOPICS], poison)
  expect(await first.ended).toBe(1)
  expect(problemsOf(first).filter(({ level }) => level !== 'warn')).toMatchObject([
    { msg: 'the main thread is blocked; ending the process' },
    { msg: 'stack of the blocked main thread' },
  ])

  const second = service('service', { MAX_CRASHES: '1' })
  const isDead = async () => (await letters()).includes('ended the process')
  await until(isDead, { what: 'the event that ended the process to be a dead letter' })
  second.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  expect(second.log().filter(({ msg }) => msg === 'noted')).toEqual([])
  expect(problemsOf(second).filter(({ level }) => level !== 'warn')).toEqual([])
  for (const { output } of [first, second]) {
    expect(output.out).not.toMatch(/AUTHORIZATION|uthorized|secret-of-/)
  }
})

it('replays past events, and lets a disabled plugin catch up', async () => {
  const from = ['--from', '1h', '--yes']
  const replay = ['replay', '--plugin', 'careful', '--kind', 'first', ...from]
  expect(await done('replayer', replay)).toContain('processed 1\n')
  await done('operator', ['plugins', 'disable', 'careful'])
  const caughtUp = await done('replayer', ['plugins', 'enable', 'careful', ...from])
  expect(caughtUp).toContain('careful: enabled in group inventory-events\n')
})

async function groupIds(): Promise<string[]> {
  const admin = broker.kafka.admin()
  await admin.connect()
  const { groups } = await admin.listGroups().finally(() => admin.disconnect())
  return groups.map(({ groupId }) => groupId)
}

it('catches a plugin up by the replicas, and tries a filter, from the console', async () => {
  const running = service('service', { STATUS_INTERVAL_MS: '1000' })
  await running.logged('started')
  await done('operator', ['plugins', 'disable', 'careful'])
  const console = await startConsole(settingsOf('console'))
  const api = await consoleApi(console, 'admin')
  await api.catchUp('careful')
  const states = () => done('watcher', ['plugins', 'list', '--states'])
  const isEnabled = async () => /careful +enabled +admin/.test(await states())
  await until(isEnabled, { what: 'the plugin to be enabled' })
  const group = 'inventory-events.replay.careful.3'
  await until(async () => !(await groupIds()).includes(group), { what: `${group} to be deleted` })
  const tried = await api.tryFilter({ where: '{ "prefix": { "data.id": "a" } }', from: '1h' })
  expect(tried).toContain('"reason":"end"')
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
  expect(problemsOf(running)).toEqual([])
})

it('splits the group', async () => {
  const split = ['group', 'split', '--from', 'inventory-events', '--to', 'alarms']
  const said = await done('splitter', [...split, '--plugins', 'careful', '--yes'])
  expect(said).toMatch(/^alarms: begins where inventory-events stood, with \d+ records of marks\n/)
  // The next tests go on with the old group.
  await done('operator', ['plugins', 'enable', 'careful'])
})

/** Grants the rights of the service, with some replaced by another or left out. */
async function lacking(user: string, of: { name: string; operations: number[]; instead?: number }) {
  const all = rights.filter(({ principal }) => principal === 'User:service')
  const isIt = (right: AclEntry) =>
    right.resourceName === of.name && of.operations.includes(right.operation)
  const others = all.filter((right) => !isIt(right))
  expect(others).toHaveLength(all.length - of.operations.length)
  const instead = of.instead === undefined ? [] : all.filter(isIt)
  const given = instead.map((right) => ({ ...right, operation: of.instead! }))
  await grant(broker.kafka, [...others, ...given], user)
}

const { READ, WRITE, DESCRIBE } = kafkajs.AclOperationTypes
const CONTROL = 'inventory-events.control'
const GROUP_NAMED = /group inventory-events:/

it.each([
  ['lacking-1', 'Read on an input', plugin, [READ], DESCRIBE, /TOPIC_AUTHORIZATION_FAILED/],
  ['lacking-2', 'any right to the group', 'inventory-events', [READ], undefined, GROUP_NAMED],
  ['lacking-3', 'any right to control', CONTROL, [READ, WRITE], undefined, /\.control; create/],
])('%s: %s is missing: exit 1, naming it', async (user, _, name, operations, instead, named) => {
  await lacking(user, { name, operations, ...(instead !== undefined && { instead }) })
  const running = service(user)
  expect(await running.ended).toBe(1)
  const said = running.output.out + running.output.err
  expect(said).toMatch(named)
  expect(said).toContain(name === plugin ? plugin : name)
  expect(said).not.toContain('secret-of-')
  expect(running.log().length).toBeLessThan(30)
})

it.each([
  ['lacking-4', 'dead letters', `${plugin}.dead-letters`],
  ['lacking-5', 'marks', `${plugin}.inventory-events.marks`],
])('%s: Write on %s is missing: not ready, naming it, and retried', async (...row) => {
  const [user, , name] = row
  await lacking(user, { name, operations: [WRITE], instead: DESCRIBE })
  // Each request is a line at this level.
  const running = service(user, { LOG_LEVEL: 'trace' })
  const lines = linesOf([pluginEvent('late', { how: 'reject' })])
  await done('publisher', ['publish', ...TOPICS], lines)
  const { httpPort } = await running.logged('started')
  const ready = async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).text()
  const why = `may not write to ${name}`
  await until(async () => (await ready()).includes(why), {
    what: 'the missing right to be reported',
  })
  const startedAtMs = Date.now()
  const tries = () => running.log().filter(({ msg }) => `${msg}`.startsWith('Request Produce'))
  const before = tries().length
  await until(() => tries().length > before, { what: 'another try' })
  expect(Date.now() - startedAtMs).toBeGreaterThan(3_000)
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

it('lacking-6: Write on control is missing for a plugin with startFrom now: exit 1, naming it', async () => {
  const of = (name: string) => rights.filter(({ principal }) => principal === `User:${name}`)
  const PLUGINS = pluginPath('plugins/starts-now')
  await lacking('lacking-6', { name: CONTROL, operations: [WRITE], instead: DESCRIBE })
  const refused = service('lacking-6', { PLUGINS })
  expect(await refused.ended).toBe(1)
  expect(refused.output.out + refused.output.err).toMatch(
    /cannot record the start of starts-now \(startFrom: 'now'\) in inventory-events\.control: .*lacks a right to the topic/,
  )
  await grant(broker.kafka, of('service'), 'lacking-6')
  const allowed = service('lacking-6', { PLUGINS })
  await allowed.logged('started')
  expect(allowed.log().map(({ msg }) => msg)).toContain(
    'plugins are new to the group; starting at the end',
  )
  allowed.kill('SIGTERM')
  expect(await allowed.ended).toBe(0)
})

it('lacking-7: Read on dead letters is missing: it serves, and says that it cannot count them', async () => {
  await lacking('lacking-7', { name: `${plugin}.dead-letters`, operations: [READ] })
  const running = service('lacking-7')
  const lines = linesOf([pluginEvent('late', { how: 'reject' })])
  await done('publisher', ['publish', ...TOPICS], lines)
  const { httpPort } = await running.logged('started')
  const isReady = async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).ok
  await until(isReady, { what: 'the service to be ready' })
  await running.logged('cannot count the open dead letters')
  const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()
  expect(metrics).not.toMatch(/^inventory_events_dead_letters_open\{/m)
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

it('lacking-8: Write on status is missing: it serves, is ready, and says that it cannot write it', async () => {
  await lacking('lacking-8', { name: 'inventory-events.status', operations: [WRITE] })
  const running = service('lacking-8')
  const { httpPort } = await running.logged('started')
  const isReady = async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).ok
  await until(isReady, { what: 'the service to be ready' })
  await running.logged('cannot write the status of this replica')
  expect(await isReady()).toBe(true)
  running.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

it('a publisher lacks a right: exit 1, naming it', async () => {
  const run = await cli('nobody', ['publish', ...TOPICS], linesOf([moved('ent_3')]))
  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/^error: cannot connect .* this user may not write to any topic\n$/)
})
