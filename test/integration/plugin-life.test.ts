import { expect, inject, it } from 'vitest'
import type { PluginHealth } from '../../src/plugin/plugin.ts'
import { moved, pluginEvent } from '../support/events.ts'
import { runCli } from '../support/run-cli.ts'
import { failureIn, pluginPath, serve } from '../support/serve.ts'
import { scrape, situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const POOLED = ['pooled', 'pooled-too'].map((name) => pluginPath(`plugins/${name}`))
const bad = (name: string) => pluginPath(`bad-plugins/${name}`)

/** The variables of both, with which their calls take this long. */
const poolSettings = (callMs: number) => ({
  PLUGIN_SETTINGS: JSON.stringify({ pooled: { callMs }, 'pooled-too': { callMs } }),
  PLUGIN_POOLED_DATABASE_URL: inject('databaseUrl'),
  PLUGIN_POOLED_TOO_DATABASE_URL: inject('databaseUrl'),
})

const events = (count: number) =>
  Array.from({ length: count }, (_, n) => pluginEvent('slow', { id: `ent_${n}` }))

it('opens pools before the first event, and on SIGTERM closes them after the last call', async () => {
  const s = await situation({ plugins: [], partitions: 1 })
  const taken = events(12)
  await s.publish(taken)
  const PLUGINS = [bad('stop-hangs'), ...POOLED].join()
  const service = serve({ ...s.settings, ...poolSettings(500), PLUGINS })
  const { httpPort } = await service.logged('started')
  await service.logged('begun')
  expect(await scrape(Number(httpPort))).toContain(
    'inventory_events_plugin_pool_connections_max{plugin="pooled"} 4',
  )
  service.kill('SIGTERM')
  expect(await service.ended).toBe(0)

  const log = service.log()
  const steps = log
    .filter(({ msg }) => ['opened', 'begun', 'written', 'closed'].includes(msg))
    .map(({ msg, plugin }) => `${msg} ${plugin}`)
  expect(steps.slice(0, 2)).toEqual(['opened pooled', 'opened pooled-too'])
  expect(steps.slice(-2)).toEqual(['closed pooled-too', 'closed pooled'])
  const written = log.filter(({ msg }) => msg === 'written')
  expect(written).toHaveLength(taken.length * 2)
  expect(log.filter(({ msg }) => msg.startsWith('handler failed'))).toEqual([])
  expect(log.find(({ msg }) => msg === 'stop of the plugin failed')).toMatchObject({
    plugin: 'stop-hangs',
    err: { message: 'expected it to end within 5 s' },
  })
  expect(await s.offsets()).toEqual([{ partition: 0, committed: 12, end: 12 }])
})

it('closes nothing that a handler uses which outlives the drain', async () => {
  const calls: string[] = []
  const released = Promise.withResolvers<void>()
  const s = await situation({
    partitions: 1,
    plugins: [
      {
        slug: 'endless',
        async processEvent() {
          calls.push('begun')
          await released.promise
        },
        stop: () => void calls.push('stop endless'),
      },
      { slug: 'idle', processEvent() {}, stop: () => void calls.push('stop idle') },
    ],
  })
  const service = await s.start({ DRAIN_TIMEOUT_MS: '100' })
  await s.publish(events(1))
  await until(() => calls.length === 1, { what: 'the call to begin' })
  expect(await service.stop()).toBe('limit')
  expect(calls).toEqual(['begun', 'stop idle'])
  expect(service.log).toContainEqual(
    expect.objectContaining({
      plugin: 'endless',
      msg: 'stop is not called: a handler of the plugin still runs',
    }),
  )
  released.resolve()
})

it('does not start when a plugin fails to, stops those before it, and takes no event', async () => {
  const s = await situation({ plugins: [], partitions: 1 })
  await s.publish(events(1))
  const service = serve({
    ...s.settings,
    ...poolSettings(0),
    PLUGIN_START_THROWS_API_KEY: 'hush-hush',
    PLUGIN_SETTINGS: '{}',
    PLUGINS: [POOLED[0], bad('start-throws')].join(),
  })
  expect(await service.ended).toBe(1)
  const { msg, err } = failureIn(service.output.err)
  expect(msg).toMatch(
    /^service failed: plugin start-throws: start failed: no login with \*\*\* at /,
  )
  expect(err).toMatchObject({ code: 'PLUGIN_START_FAILED', plugin: 'start-throws' })
  expect(`${service.output.out}${service.output.err}`).not.toContain('hush')
  const steps = service.log().map((line) => line.msg)
  expect(steps).toContain('closed')
  expect(steps).not.toContain('begun')
  expect(steps).not.toContain('started')
  const offsets = await until(() => s.offsets().catch(() => undefined), { what: 'the offsets' })
  expect(offsets).toEqual([{ partition: 0, committed: 0, end: 1 }])
})

it('ends on SIGTERM while a plugin hangs in start', async () => {
  const s = await situation({ plugins: [], partitions: 1 })
  const PLUGINS = [POOLED[0], bad('start-hangs')].join()
  const service = serve({ ...s.settings, ...poolSettings(0), PLUGIN_SETTINGS: '', PLUGINS })
  await service.logged('hanging')
  service.kill('SIGTERM')
  expect(await service.ended).toBe(0)
  const steps = service.log().map(({ msg }) => msg)
  expect(steps.slice(-2)).toEqual(['closed', 'stopped before it had started'])
})

it('lists every problem of all settings before anything is connected', async () => {
  const service = serve({
    KAFKA_BROKERS: '127.0.0.1:1',
    SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
    EVENTS_ENABLED: 'true',
    PLUGINS: [...POOLED, bad('start-throws'), bad('no-handler')].join(),
    PLUGIN_SETTINGS: JSON.stringify({ pooled: { callMs: 'long', databaseURL: 'hush-hush' } }),
    PLUGIN_POOLED_TOO_DATABASE_URL: 'hush-hush',
    PLUGIN_POOLED_TOO_CALL_M: '5',
    PLUGIN_START_THROWS_API_KEY: 'hush-hush',
  })
  expect(await service.ended).toBe(1)
  const { msg, problems } = failureIn(service.output.err)
  expect(msg).toBe('service failed: invalid plugins')
  expect(problems?.map((line) => line.replace(/ in \S+:/, ':'))).toEqual([
    expect.stringMatching(/^plugin no-handler: processEvent: required/),
    expect.stringMatching(
      /^plugin pooled: settings\.databaseUrl: .*not set: expected PLUGIN_POOLED_DATABASE_URL/,
    ),
    expect.stringMatching(/^plugin pooled: settings\.callMs: .*number.* \(from PLUGIN_SETTINGS\)$/),
    expect.stringMatching(
      /^plugin pooled: settings\.databaseURL: unknown, did you mean databaseUrl/,
    ),
    expect.stringMatching(/^plugin pooled-too: settings\.databaseUrl: refused \(why is not shown/),
    expect.stringMatching(/^plugin pooled-too: settings\.callM: unknown, did you mean callMs\?/),
  ])
  expect(`${service.output.out}${service.output.err}`).not.toContain('hush')
})

it('lets events wait while a plugin says pause, and is not ready while it says so', async () => {
  let health: PluginHealth = { status: 'pause', why: 'the database is gone' }
  const handled: string[] = []
  const s = await situation({
    partitions: 1,
    plugins: [
      { slug: 'well', processEvent: ({ id }) => void handled.push(`well ${id}`) },
      {
        slug: 'unwell',
        health: () => health,
        processEvent: ({ id }) => void handled.push(`unwell ${id}`),
      },
    ],
  })
  const service = await s.start()
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)
    const { checks } = (await response.json()) as { checks: { name: string }[] }
    return { status: response.status, own: checks.find(({ name }) => name === 'plugin-health') }
  }
  const isOpen = () => service.metric('breaker_open{plugin="unwell"}')
  await until(async () => (await isOpen()) === 1, { what: 'the breaker to open' })
  await s.publish([moved('ent_1', 1, 'first')])
  await until(() => handled.length === 1, { what: 'the other plugin to get the event' })
  expect(handled).toEqual(['well first'])
  const note = 'paused by themselves: unwell (the database is gone)'
  expect(await ready()).toEqual({ status: 200, own: { name: 'plugin-health', ok: true, note } })

  health = { status: 'unready', why: 'only reads' }
  await until(() => handled.length === 2, { what: 'the event that waited' })
  expect(handled).toEqual(['well first', 'unwell first'])
  const why = 'not ready: unwell (only reads)'
  expect(await ready()).toEqual({ status: 503, own: { name: 'plugin-health', ok: false, why } })
  expect(await isOpen()).toBe(0)

  health = { status: 'ok' }
  await until(async () => (await ready()).status === 200, { what: 'the replica to be ready' })
  await s.caughtUp()
})

it('starts and stops the plugin of a replay, and only that one', async () => {
  const s = await situation({ plugins: [], partitions: 1, store: 'kafka:' })
  await s.publish(events(2))
  const env = {
    ...s.settings,
    ...poolSettings(0),
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
    PLUGINS: [...POOLED, bad('start-throws')].join(),
  }
  const replayed = await runCli(['replay', '--plugin', 'pooled', '--from', '1h', '--yes'], { env })
  expect(replayed.code, replayed.stderr).toBe(0)
  const steps = replayed.stderr
    .split('\n')
    .flatMap((line) => /"plugin":"(\S+?)".*"msg":"(opened|begun|written|closed)"/.exec(line) ?? [])
    .filter((_, n) => n % 3 !== 0)
  expect(steps.filter((_, n) => n % 2 === 0).every((plugin) => plugin === 'pooled')).toBe(true)
  const messages = steps.filter((_, n) => n % 2 === 1)
  expect(messages[0]).toBe('opened')
  expect(messages.at(-1)).toBe('closed')
  expect(messages.filter((message) => message === 'written')).toHaveLength(2)

  const { PLUGIN_POOLED_DATABASE_URL: _, ...without } = env
  const refused = await runCli(['replay', '--plugin', 'pooled', '--from', '1h'], { env: without })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /settings\.databaseUrl: .*not set: expected PLUGIN_POOLED_DATABASE/,
  )
})
