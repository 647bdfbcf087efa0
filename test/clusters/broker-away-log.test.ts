import { describe, expect, it } from 'vitest'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { moved } from '../support/events.ts'
import { serveOnOwnKafka } from '../support/own-service.ts'
import type { LogLine } from '../support/serve.ts'
import { until } from '../support/stack.ts'

const noMaven = await machineProbes.maven()

/** The service on a broker of its own, with a group that has committed something. */
async function scene() {
  const { own, service, publish: send } = await serveOnOwnKafka('plugins/noting')
  const { httpPort } = await service.logged('started')
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text()
    const rows = text.split('\n').filter((row) => row.startsWith(`inventory_events_${name}`))
    return rows.reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0)
  }
  const handled = (count: number) =>
    until(async () => (await metric('deliveries_total')) >= count, { what: `${count} deliveries` })
  const publish = (count: number) => {
    const events = Array.from({ length: count }, () => JSON.stringify(moved('ent_1')))
    return send(events.join('\n'))
  }
  return { own, service, metric, publish, handled }
}

const isLoud = ({ level }: LogLine) => level !== 'info'

describe.skipIf(noMaven !== undefined)('serve logs', () => {
  it('no warning on a fresh broker, and a few lines while it is away', async () => {
    const { own, service, metric, publish, handled } = await scene()
    await publish(1)
    await handled(1)
    await until(async () => (await metric('commits_total{result="ok"}')) > 0, { what: 'a commit' })
    expect(service.log().filter(isLoud)).toEqual([])

    await own.kill()
    const isLongAway = async () => (await metric('heartbeat_age_seconds')) > 8
    await until(isLongAway, { what: 'the service to try for a while' })
    await own.start()
    await publish(1)
    await handled(2)

    const lines = service.log()
    const ofBroker = lines.filter(({ broker }) => broker === own.brokers)
    expect(ofBroker.map(({ msg }) => msg)).toEqual([
      'broker unavailable',
      expect.stringMatching(/^broker available again after \d/),
    ])
    expect(Number(ofBroker[1]?.unsaid)).toBeGreaterThan(20)
    const messages = lines.filter(isLoud).map(({ msg }) => msg)
    expect(new Set(messages).size, messages.join('\n')).toBe(messages.length)
    expect(messages.length).toBeLessThan(8)
  })
})
