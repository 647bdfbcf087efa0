import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { comeAndGo } from '../support/come-and-go.ts'
import { dashboardExpressions, RULE_FILES, rules } from '../support/observed.ts'
import { textOf } from '../support/repo-files.ts'
import { runCli } from '../support/run-cli.ts'
import { kafkaClient, until } from '../support/stack.ts'
import { type Monitoring, startMonitoring } from './monitoring.ts'
import { mistakes, openScene, type Scene } from './scene.ts'
import { shorten } from './shorten.ts'

/** Shortens the durations of the rules: an hour becomes four minutes. */
const FASTER = 15
const RAISED_MS = 200_000

/** Alerts for bugs, which nothing done from outside raises. */
const NOT_PROVOKED = ['InventoryEventsUnaccounted', 'InventoryEventsLoopStuck']

/** Alerts that take hours, weeks or a leak, or a topic that is taken away: promtool tests them, and panels show what they ask for. */
const TOO_LONG = [
  'LagStanding',
  'LagNearRetention',
  'PluginSwitchedOff',
  'EventsOff',
  'DeadLettersExpiring',
  'Restarting',
  'HeapNearLimit',
  'CertificateExpiring',
  'FollowUpsRefused',
].map((name) => `InventoryEvents${name}`)

const missing = inject('missing')
if (missing !== '') it.skip(`is not run, because ${missing}`, () => undefined)

describe.runIf(missing === '')('rules and dashboard, with a real service', () => {
  let folder: string
  let scene: Scene
  let monitoring: Monitoring
  const startedAtMs = Date.now()

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inventory-events-deploy-'))
    scene = await openScene(folder)
    const texts = RULE_FILES.map((path) => [path.split('/').at(-1)!, adapted(textOf(path))])
    monitoring = await startMonitoring({
      folder,
      jobs: scene.jobs,
      rules: Object.fromEntries(texts),
    })
  })

  afterAll(async () => {
    process.kill(inject('brokerPid'), 'SIGCONT')
    await monitoring?.end()
    await scene?.end()
    await rm(folder, { recursive: true, force: true })
  })

  /** Waits until each alert has reached the webhook. Resolves to the seconds it took. */
  async function raised(wanted: Record<string, Record<string, string>>): Promise<void> {
    const sinceMs = Date.now()
    for (const [name, labels] of Object.entries(wanted)) {
      const alertname = `InventoryEvents${name}`
      const isTold = () =>
        monitoring.told.some(
          (each) => each.alertname === alertname && has(each.labels, { job: 'stock', ...labels }),
        )
      await until(isTold, { what: `the webhook to be told of ${alertname}`, timeoutMs: RAISED_MS })
      console.info(`${alertname} after ${Math.round((Date.now() - sinceMs) / 1000)} s`)
    }
  }

  /** Waits until none of the raised alerts fires any more. */
  function over(...names: string[]): Promise<unknown> {
    const alerts = names.map((name) => `InventoryEvents${name}`).join('|')
    const firing = `ALERTS{alertstate="firing", alertname=~"${alerts}"}`
    const none = async () => (await monitoring.query(firing)).length === 0
    return until(none, { what: `${alerts} to be over`, timeoutMs: RAISED_MS })
  }

  const recommended = () =>
    monitoring.query('job:inventory_events_recommended_replicas{job="stock"}')

  it('raises no alert in normal operation, and recommends the current number of replicas', async () => {
    const processed = 'sum(inventory_events_deliveries_total{job="stock", outcome="processed"})'
    const isAtWork = async () => Number((await monitoring.query(processed))[0]?.value) > 1_000
    await until(isAtWork, { what: '1,000 deliveries to be processed', timeoutMs: 120_000 })
    const taken = 'sum(inventory_events_gateway_requests_total{job="hooks", status="202"})'
    const isTaking = async () => Number((await monitoring.query(taken))[0]?.value) > 20
    await until(isTaking, { what: '20 webhooks to be taken', timeoutMs: 60_000 })
    const firing = await monitoring.query('ALERTS{alertstate="firing", job=~"stock|hooks"}')
    expect(firing.map(({ metric }) => metric.alertname)).toEqual([])
    expect(await recommended()).toMatchObject([{ value: 2 }])
  })

  it('alerts on bad producers, bad senders and a flaky plugin', async () => {
    const { noEvent, refused, idTwice, lyingHeaders } = mistakes(scene)
    await scene.setMood('flaky')
    scene.hooks.forget(true)
    await scene.produce([...noEvent, ...refused, ...idTwice, ...lyingHeaders])
    await raised({
      DeadLetters: { plugin: 'moody', reason: 'rejected' },
      Conflict: {},
      MarksForgotten: { job: 'other' },
      Retries: { plugin: 'moody' },
      GatewayBadRequests: { job: 'hooks', route: '/webhooks/inventory', status: '401' },
    })
    scene.hooks.forget(false)
    const letters = monitoring.told.filter(({ alertname }) => alertname.endsWith('DeadLetters'))
    expect(letters.map(({ labels }) => `${labels.plugin} ${labels.reason}`)).toEqual(
      expect.arrayContaining(['* undecodable', 'moody rejected', 'moody conflict']),
    )
    await scene.setMood('well')
  })

  it('alerts on dead letters that Kafka refuses, and on those cut to stubs', async () => {
    await maxMessageBytes(scene.deadLetters, '40')
    await scene.produce(mistakes(scene).noEvent)
    await raised({ DeadLettersRefused: { plugin: '*' } })
    await maxMessageBytes(scene.deadLetters, '8000')
    await scene.produce(mistakes(scene).large)
    await raised({ DeadLetterStubs: { topic: scene.topic } })
    await maxMessageBytes(scene.deadLetters, '1048588')
  })

  it('alerts on commits that Kafka refuses', async () => {
    await maxMessageBytes('__consumer_offsets', '40')
    await raised({ CommitsFailing: {} })
    await maxMessageBytes('__consumer_offsets', '1048588')
    await over('CommitsFailing')
  })

  it('alerts on a failing plugin, and recommends no more replicas for it', async () => {
    // An old record is the oldest unsettled one only if it is read first.
    scene.load.pause()
    const underWay = 'sum(inventory_events_in_flight_deliveries{job="stock"})'
    const isDone = async () => (await monitoring.query(underWay))[0]?.value === 0
    await until(isDone, { what: 'all deliveries to be done', timeoutMs: RAISED_MS })
    await scene.setMood('down')
    await scene.produce(mistakes(scene).old)
    scene.load.resume()
    await raised({
      BreakerOpen: { plugin: 'moody' },
      UnsettledTooLong: { plugin: 'moody' },
      LagGrowing: { topic: scene.topic },
    })
    expect(await recommended()).toMatchObject([{ value: 2 }])
    await scene.setMood('well')
    await over('BreakerOpen', 'UnsettledTooLong', 'LagGrowing')
  })

  it('shows a plugin that is paused, and counts the open dead letters', async () => {
    const env = scene.settings
    const switched = async (command: string, state: string) => {
      const run = await runCli(['plugins', command, 'steady', '--why', 'a test'], { env })
      expect(run, run.stderr).toMatchObject({ code: 0 })
      const is = `inventory_events_plugin_state{job="stock", plugin="steady", state="${state}"} == 1`
      const isSeen = async () => (await monitoring.query(is)).length === 2
      await until(isSeen, { what: `steady to be ${state} in both replicas`, timeoutMs: RAISED_MS })
    }
    await switched('pause', 'paused')
    await switched('resume', 'enabled')
    const open =
      'job_plugin:inventory_events_dead_letters_open:sum{job="stock", plugin="moody"} > 0'
    const isCounted = async () => (await monitoring.query(open)).length > 0
    await until(isCounted, { what: 'open dead letters of moody', timeoutMs: RAISED_MS })
  })

  it('alerts on an unavailable store', async () => {
    await scene.postgres.stop()
    await raised({ StoreDown: { store: 'postgres' } })
    await scene.postgres.start()
    await over('StoreDown')
  })

  it('alerts on a frozen replica, and on its partitions', async () => {
    const [, frozen] = scene.main
    frozen!.signal('SIGSTOP')
    await raised({ ReplicaAbsent: { instance: frozen!.address }, PartitionsUnowned: {} })
    // Long enough for the others to take over its partitions: then its commits are refused.
    await over('PartitionsUnowned')
    frozen!.signal('SIGCONT')
    await over('ReplicaAbsent')
  })

  it('alerts on an unavailable broker', async () => {
    process.kill(inject('brokerPid'), 'SIGSTOP')
    await raised({
      BrokersAway: {},
      GatewayRefusing: { job: 'hooks' },
      GatewayNotReady: { job: 'hooks' },
    })
    process.kill(inject('brokerPid'), 'SIGCONT')
    await over('BrokersAway', 'PartitionsUnowned', 'GatewayRefusing', 'GatewayNotReady')
  })

  it('alerts on a member that joins and leaves repeatedly', async () => {
    const isTold = () =>
      monitoring.told.some(({ alertname }) => alertname.endsWith('RebalanceStorm'))
    const deadlineMs = Date.now() + RAISED_MS
    while (!isTold() && Date.now() < deadlineMs) await comeAndGo(scene.otherGroup, scene.topic)
    await raised({ RebalanceStorm: { job: 'other' } })
  })

  it('alerts on offsets that are out of range, even before the first scrape', async () => {
    await scene.stopOther()
    await removeRecords(scene.topic)
    scene.startOther()
    await raised({ OutOfRange: { job: 'other', topic: scene.topic, reason: 'removed' } })
  })

  it('alerts on a service that is gone', async () => {
    for (const replica of scene.main) replica.signal('SIGKILL')
    await raised({ AllAbsent: {} })
  })

  it('has no panel without data', async () => {
    const asked = [
      ...dashboardExpressions().map(({ place, expr }) => ({ place, expr: picked(expr) })),
      ...rules()
        .filter(({ alert = '' }) => ![...NOT_PROVOKED, ...TOO_LONG].includes(alert))
        .map(({ alert, record, expr }) => ({
          place: `${alert ?? record}`,
          expr: adapted(expr),
        })),
    ]
    const empty: string[] = []
    for (const { place, expr } of asked) {
      const values = await monitoring.valuesSince(expr, startedAtMs)
      if (values.length === 0) empty.push(`${place}: ${expr}`)
    }
    expect(asked.length).toBeGreaterThan(80)
    expect(empty).toEqual([])
  })
})

function has(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([label, value]) => labels[label] === value)
}

/** Rules of this job, with durations that a test can wait for. */
function adapted(rules: string): string {
  return shorten(rules.replaceAll('job="inventory-events"', 'job="stock"'), FASTER)
}

/** The query that Grafana sends when everything is selected. */
function picked(expr: string): string {
  return expr.replaceAll('$__rate_interval', '8s').replace(/\$\w+/g, (variable) => {
    return variable === '$1' ? variable : '.*'
  })
}

async function maxMessageBytes(topic: string, value: string): Promise<void> {
  await withAdmin((admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value }],
        },
      ],
    }),
  )
}

async function removeRecords(topic: string): Promise<void> {
  await withAdmin(async (admin) => {
    const offsets = await admin.fetchTopicOffsets(topic)
    const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }))
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

async function withAdmin<T>(work: (admin: ReturnType<typeof newAdmin>) => Promise<T>): Promise<T> {
  const admin = newAdmin()
  await admin.connect()
  return work(admin).finally(() => admin.disconnect())
}

function newAdmin() {
  return kafkaClient().admin()
}
