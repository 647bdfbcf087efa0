import { describe, expect, it } from 'vitest'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { gatewaySettings, openGateway } from '../support/gateway.ts'
import { startOwnKafka } from '../support/own-kafka.ts'
import { readTopic } from '../support/read-topic.ts'
import { startSenders } from '../support/senders.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

const noMaven = await machineProbes.maven()

describe.skipIf(noMaven !== undefined)('while the brokers are down', () => {
  it('returns 503, and 202 again once they are back; every event with a 202 is in Kafka', async () => {
    const { topic } = await situation({ registered: true, plugins: [] })
    const own = await startOwnKafka()
    const admin = own.kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] })
    await admin.disconnect()
    const { webhook, httpUrl, log } = await openGateway({
      ...gatewaySettings(topic),
      KAFKA_BROKERS: own.brokers,
      GATEWAY_DELIVERY_TIMEOUT_MS: '2000',
    })
    const isReady = async () => (await fetch(`${httpUrl}/readyz`)).status === 200
    const metrics = async () => (await fetch(`${httpUrl}/metrics`)).text()
    const senders = startSenders(webhook, { count: 5 })
    const untilTaken = (more: number) => {
      const before = senders.with(202).length
      const isSo = () => senders.with(202).length >= before + more
      return until(isSo, { what: `${more} more events to be taken` })
    }

    await untilTaken(50)
    expect(await metrics()).toContain('inventory_events_gateway_ready{check="kafka"} 1')
    await own.kill()
    await until(async () => !(await isReady()), { what: 'the gateway to notice it' })
    expect(await metrics()).toContain('inventory_events_gateway_ready{check="kafka"} 0')
    const refused = await webhook('{}')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await fetch(`${httpUrl}/livez`)).status).toBe(200)
    await own.start()
    await until(isReady, { what: 'the gateway to be ready' })
    await untilTaken(50)
    await senders.stop()

    expect([...new Set(senders.statuses.values())].sort()).toEqual([202, 503])
    const records = await readTopic(topic, own.kafka)
    const found = new Set(records.map(({ headers }) => `${headers?.ce_id}`))
    expect(senders.with(202).filter((id) => !found.has(id))).toEqual([])
    expect(log()).toContain('Kafka is unavailable')
    expect(log()).toContain('Kafka is available again')
  })
})
