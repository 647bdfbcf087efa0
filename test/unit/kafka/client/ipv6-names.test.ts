import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { createKafka, openCluster } from '../../../../src/kafka/client/client.ts'
import { brokerOf, hostOf, withoutColons } from '../../../../src/kafka/client/ipv6-names.ts'
import { systemClock } from '../../../../src/util/clock.ts'

it.each([
  ['[::1]:9092', '--1.ipv6-literal.net:9092', '::1'],
  ['[2001:db8::10]:19092', '2001-db8--10.ipv6-literal.net:19092', '2001:db8::10'],
  ['[::ffff:10.0.0.1]:9092', '--ffff-10.0.0.1.ipv6-literal.net:9092', '::ffff:10.0.0.1'],
  ['kafka-0.kafka:9092', 'kafka-0.kafka:9092', 'kafka-0.kafka'],
  ['10.0.0.1:9092', '10.0.0.1:9092', '10.0.0.1'],
])('%s is %s to kafkajs', (broker, named, host) => {
  expect(withoutColons(broker)).toBe(named)
  expect(hostOf(named.slice(0, named.lastIndexOf(':')))).toBe(host)
  expect(brokerOf(named)).toBe(broker)
})

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1')

it.skipIf(!hasIpv6)(
  'all clients connect to a broker that is given by its IPv6 address',
  async () => {
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.destroy()
    })
    server.listen(0, '::1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const config = loadConfig({ KAFKA_BROKERS: `[::1]:${port}` }, { required: ['KAFKA_BROKERS'] })
    const kafka = createKafka(config, pino({ level: 'silent' }))
    const reached = async (work: () => Promise<unknown>) => {
      const before = connections
      const done = work().catch(() => undefined)
      await expect.poll(() => connections, { timeout: 30_000 }).toBeGreaterThan(before)
      return done
    }
    const cluster = openCluster(kafka, systemClock)
    onTestFinished(() => cluster.close())
    await reached(() => cluster.refresh())
    const [admin, producer] = [kafka.admin(), kafka.producer()]
    void reached(() => admin.connect())
    await reached(() => producer.connect())
    await Promise.all([admin.disconnect(), producer.disconnect()])
  },
)
