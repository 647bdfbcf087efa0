import { describe, expect, it } from 'vitest'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { pluginEvent } from '../support/events.ts'
import { serveOnOwnKafka } from '../support/own-service.ts'
import { scrape, total } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const noMaven = await machineProbes.maven()
const DRAIN_MS = 60_000
/** Far below the time for draining, also on a busy machine. */
const AT_ONCE_MS = DRAIN_MS / 3
const FINAL_COMMIT_MS = 5_000

/** The service on a broker of its own, which has handled an event. */
async function scene(settings: Record<string, string> = {}) {
  const own = { DRAIN_TIMEOUT_MS: `${DRAIN_MS}`, ...settings }
  const { service, publish: send, ...kafka } = await serveOnOwnKafka('plugins/slow', own)
  const publish = (ms: number) => send(JSON.stringify(pluginEvent('slow', { id: `ent_${ms}`, ms })))
  await publish(0)
  await service.logged('noted')
  const { httpPort } = await service.logged('started')
  return {
    own: kafka.own,
    service,
    publish,
    begun: () => service.log().filter(({ msg }) => msg === 'begun').length,
    heartbeatAge: async () => total(await scrape(Number(httpPort)), 'heartbeat_age_seconds'),
  }
}

/** The milliseconds from SIGTERM to the end of the process. */
async function stopped({ service }: Pick<Awaited<ReturnType<typeof scene>>, 'service'>) {
  const startMs = Date.now()
  service.kill('SIGTERM')
  expect(await service.ended).toBe(0)
  return Date.now() - startMs
}

describe.skipIf(noMaven !== undefined)('on SIGTERM', () => {
  it('stops at once when Kafka is away', async () => {
    const s = await scene()
    await s.own.kill()
    await until(async () => (await s.heartbeatAge()) > 8, { what: 'a while without answers' })
    expect(await stopped(s)).toBeLessThan(AT_ONCE_MS)
  })

  it('stops at once when Kafka does not answer, even within a session', async () => {
    const s = await scene()
    await s.own.freeze()
    await until(async () => (await s.heartbeatAge()) > 8, { what: 'a while without answers' })
    expect(await stopped(s)).toBeLessThan(AT_ONCE_MS)
  })

  it('stops at once when Kafka has not answered for a session, even with handlers at work', async () => {
    const s = await scene({ SESSION_TIMEOUT_MS: '6000' })
    await s.publish(60_000)
    await until(() => s.begun() === 2, { what: 'the handler to begin' })
    await s.own.freeze()
    await until(async () => (await s.heartbeatAge()) > 6, { what: 'a session without answers' })
    expect(await stopped(s)).toBeLessThan(AT_ONCE_MS)
  })

  it('lets handlers end, and tries to commit, when Kafka has just gone', async () => {
    const s = await scene()
    await s.publish(3_000)
    await until(() => s.begun() === 2, { what: 'the handler to begin' })
    await s.own.kill()
    expect(await stopped(s)).toBeLessThan(3_000 + FINAL_COMMIT_MS + AT_ONCE_MS)
    expect(s.service.log().filter(({ msg }) => msg === 'noted')).toHaveLength(2)
  })
})
