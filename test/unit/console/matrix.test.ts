import type { InjectOptions } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { type KnownUser, ROLES, type Role, readUsers } from '../../../src/config/console-users.ts'
import { Access } from '../../../src/console/access/access.ts'
import { createUser } from '../../../src/console/access/users.ts'
import { apiRoutes } from '../../../src/console/api.ts'
import { LetterIndex } from '../../../src/console/dead-letters/letter-index.ts'
import { buildServer } from '../../../src/console/http/server.ts'
import { Jobs } from '../../../src/console/jobs/jobs.ts'
import { eventParts } from '../../../src/console/search/parts.ts'
import { overviewOf } from '../../../src/console/view/overview.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const clock = new ManualClock(1_000_000)
const ORIGIN = 'http://console.test'
const HOST = 'console.test'
const OPEN = ['/*', '/api/openapi.json', '/api/session', '/api/session/end', '/livez']

const noLetters = {
  ...{ isRead: true, problem: undefined, retentionMsOf: () => undefined },
  ...{ hasRedrivePartition: () => true, refresh: async () => {}, read: async () => undefined },
}
let unreadable: string[] = []
const routes = apiRoutes({
  kafka: undefined as never,
  groupId: 'g',
  clock,
  followed: {
    audit: { view: () => ({ rows: [], unreadable: 0 }) },
    status: { replicas: () => [], isCurrent: true, stop: async () => undefined },
    unreadable: () => unreadable,
    plans: () => [],
  },
  jobs: new Jobs(clock),
  events: eventParts({
    config: { KAFKA_TOPICS: ['t'], CONSOLE_READER_FIELDS: [] } as never,
    ...{ kafka: undefined as never, contract: builtInContract(), registry: {} as never, clock },
  }),
  config: { KAFKA_GROUP_ID: 'g', KAFKA_TOPICS: ['t'] } as never,
  log: { warn: () => undefined },
  kinds: builtInContract().kinds,
  peek: () => ({ type: 'tombstone' }),
  letters: { ...noLetters, index: new LetterIndex('g') },
  snapshot: () => ({ atMs: 1, replicas: [], plugins: [], overview: overviewOf([], [], []) }),
})
const isRead = ({ method }: { method: string }) => method === 'GET'
/** What they do is tested with Kafka; here only who may ask for it. */
const reached: string[] = []
const harmless = routes.map((route) =>
  isRead(route) ? route : { ...route, handle: () => void reached.push(route.path) },
)

let users: ReadonlyMap<string, KnownUser>
const tokens = new Map<Role, string>()
const cookies = new Map<Role, string>()

function serverOf(more: { local?: Role; origin?: string } = {}) {
  const { local, origin } = more
  const access = new Access({
    users: () => users,
    proxy: { header: 'X-User', addresses: ['10.0.0.7'] },
    local: local && { name: 'here', role: local },
    clock,
  })
  const page = { body: Buffer.from('<p>'), type: 'text/html', isHashed: false }
  return buildServer({
    ...{ routes: harmless, access, isLocal: local !== undefined, origin },
    assets: new Map([['/index.html', page]]),
    onDefect: (error) => {
      throw error
    },
  })
}

const server = serverOf()
const send = (options: InjectOptions) =>
  server.inject({ ...options, headers: { host: HOST, ...options.headers } })
const logIn = (token: string) =>
  send({ method: 'POST', url: '/api/session', headers: { origin: ORIGIN }, payload: { token } })

beforeAll(async () => {
  const lines = ['# users', 'proxied:operator']
  for (const role of ROLES) {
    const { token, line } = await createUser(`a-${role}`, role)
    tokens.set(role, token)
    lines.push(line)
  }
  users = readUsers(lines.join('\n'))!
  for (const role of ROLES) {
    const { headers } = await logIn(tokens.get(role)!)
    cookies.set(role, String(headers['set-cookie']).split(';')[0]!)
  }
})

describe.each(routes)('$method $path', ({ method, path, role: needed, body = [] }) => {
  const url = path.replace(/:\w+/g, 'some')
  const payload = Object.fromEntries(body.map((name) => [name, 'a reason']))
  const ask = (headers: Record<string, string>) =>
    send({
      method,
      url,
      headers: { origin: ORIGIN, ...headers },
      ...(method === 'POST' && { payload }),
    })

  it.each(ROLES)(`${needed} is needed; as %s`, async (role) => {
    const { statusCode } = await ask({ cookie: cookies.get(role)! })
    const isAllowed = ROLES.indexOf(role) >= ROLES.indexOf(needed)
    if (isAllowed) expect([200, 404]).toContain(statusCode)
    else expect(statusCode).toBe(403)
  })

  it('nobody and strangers get 401', async () => {
    expect((await ask({})).statusCode).toBe(401)
    expect((await ask({ cookie: 'inventory_events_console=guess' })).statusCode).toBe(401)
    expect((await ask({ authorization: `Bearer ${tokens.get('admin')}` })).statusCode).toBe(401)
    expect((await ask({ 'x-user': 'a-admin' })).statusCode).toBe(401)
  })

  it('without the words of the body is refused', async () => {
    if (body.length === 0) return
    const headers = { origin: ORIGIN, cookie: cookies.get('admin')! }
    const answer = await send({ method, url, headers, payload: { [body[0]!]: 7 } })
    expect(answer.statusCode).toBe(400)
  })

  it('from another page changes nothing', async () => {
    if (method === 'GET') return
    const cookie = cookies.get('admin')!
    const before = reached.length
    for (const headers of [
      { origin: 'http://evil.test' },
      { origin: 'null' },
      { origin: `${ORIGIN}.evil.test` },
      { origin: ORIGIN, 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await ask({ ...headers, cookie })).statusCode).toBe(403)
    }
    const none = await send({ method, url, payload, headers: { cookie } })
    expect(none.statusCode).toBe(403)
    expect(reached).toHaveLength(before)
  })
})

it('there is no other route', () => {
  const found = new Set(
    [...server.printRoutes({ commonPrefix: false }).matchAll(/(\/\S*|\*) \(/g)].map(
      ([, path]) => path!,
    ),
  )
  const named = [...routes.map(({ path }) => path), ...OPEN]
  // The printed tree nests parts of paths; what matters is that each ends one that is named.
  for (const part of found)
    expect(
      named.some((path) => path.endsWith(part)),
      part,
    ).toBe(true)
  expect(found.size).toBeGreaterThan(5)
})

it('every answer forbids what a page could be made to do, a 404 too', async () => {
  for (const url of ['/', '/api/overview', '/api/none', '/assets/none.js']) {
    const { headers } = await send({ method: 'GET', url })
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; .*frame-ancestors 'none'/,
    )
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers['x-content-type-options']).toBe('nosniff')
  }
})

it('an unchanged answer is not sent again', async () => {
  const headers = { cookie: cookies.get('viewer')! }
  const first = await send({ method: 'GET', url: '/api/audit', headers })
  const again = await send({
    ...{ method: 'GET', url: '/api/audit' },
    headers: { ...headers, 'if-none-match': String(first.headers.etag) },
  })
  expect([again.statusCode, again.body]).toEqual([304, ''])
})

it('the OpenAPI names every route with its role', async () => {
  const { paths } = (await send({ method: 'GET', url: '/api/openapi.json' })).json()
  const found = Object.entries<Record<string, { 'x-role': string }>>(paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, each]) => `${method} ${path} ${each['x-role']}`),
  )
  expect(found.sort()).toEqual(
    routes
      .map(
        ({ method, path, role }) =>
          `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')} ${role}`,
      )
      .sort(),
  )
})

describe('a login', () => {
  it('gives a cookie that no script reads and no other site sends', async () => {
    const { headers, statusCode } = await logIn(tokens.get('viewer')!)
    expect(statusCode).toBe(200)
    expect(headers['set-cookie']).toMatch(
      /^inventory_events_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const secure = serverOf({ origin: 'https://console.test' })
    const answer = await secure.inject({
      ...{ method: 'POST', url: '/api/session', payload: { token: tokens.get('viewer')! } },
      headers: { host: 'inside:8070', origin: 'https://console.test' },
    })
    expect(answer.headers['set-cookie']).toMatch(/; Secure$/)
  })

  it('is refused for other tokens', async () => {
    const good = tokens.get('viewer')!
    for (const token of [
      '',
      'x',
      `${good}x`,
      good.replace('a-viewer', 'a-admin'),
      'proxied:',
      'nobody:x',
    ]) {
      expect((await logIn(token)).statusCode).toBe(401)
    }
  })

  it('ends at the log-out, after twelve hours, and when the user is gone', async () => {
    const cookie = async () =>
      String((await logIn(tokens.get('viewer')!)).headers['set-cookie']).split(';')[0]!
    const status = async (sent: string) =>
      (await send({ method: 'GET', url: '/api/audit', headers: { cookie: sent } })).statusCode
    const [first, second, third] = [await cookie(), await cookie(), await cookie()]
    const headers = { origin: ORIGIN, cookie: first }
    await send({ method: 'POST', url: '/api/session/end', headers, payload: {} })
    expect([await status(first), await status(second)]).toEqual([401, 200])
    const before = users
    users = new Map([...users].filter(([name]) => name !== 'a-viewer'))
    expect(await status(third)).toBe(401)
    users = before
    clock.pass(12 * 3_600_000)
    expect(await status(second)).toBe(401)
  })

  it('is checked for four at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => logIn('a-admin:guess')))
    const statuses = all.map(({ statusCode }) => statusCode)
    expect(statuses).toContain(429)
    expect(statuses.filter((each) => each === 401).length).toBeGreaterThanOrEqual(4)
  })
})

describe('a proxy', () => {
  const as = (remoteAddress: string, name: string) =>
    server.inject({
      ...{ method: 'GET', url: '/api/session', remoteAddress },
      headers: { host: HOST, 'x-user': name },
    })

  it('names users from its own address only', async () => {
    expect((await as('10.0.0.7', 'proxied')).json().user).toEqual({
      name: 'proxied',
      role: 'operator',
    })
    expect((await as('::ffff:10.0.0.7', 'proxied')).json().user).toMatchObject({ name: 'proxied' })
    expect((await as('10.0.0.8', 'proxied')).json().user).toBeNull()
    expect((await as('10.0.0.7', 'proxied.evil.test')).json().user).toBeNull()
  })
})

describe('beside a local stack', () => {
  const local = serverOf({ local: 'admin' })
  const ask = (host: string) =>
    local.inject({ method: 'GET', url: '/api/overview', headers: { host } })

  it('needs no login, and no other name leads to it', async () => {
    expect((await ask('127.0.0.1:8070')).statusCode).toBe(200)
    expect((await ask('localhost:8070')).statusCode).toBe(200)
    expect((await ask('evil.test:8070')).statusCode).toBe(403)
    expect((await ask('localhost.evil.test')).statusCode).toBe(403)
  })
})

it('calls nothing current while a topic of the group cannot be read', async () => {
  const audit = routes.find(({ path }) => path === '/api/audit')!
  const ask = () => audit.handle({} as never)
  expect(await ask()).toMatchObject({ isCurrent: true })
  unreadable = ['g.control']
  expect(await ask()).toMatchObject({ isCurrent: false })
  unreadable = []
})
