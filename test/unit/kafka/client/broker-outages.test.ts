import { logLevel } from 'kafkajs'
import { expect, it } from 'vitest'
import { BrokerOutages } from '../../../../src/kafka/client/broker-outages.ts'
import { bridgeLogs, kafkaLogLevel } from '../../../../src/kafka/client/log-bridge.ts'
import { createLogger, type LogLevel } from '../../../../src/util/logger.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function logging(level: LogLevel = 'info') {
  const lines: Record<string, unknown>[] = []
  const log = createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

it('logs a broker that goes once, then each minute with a count, and its return', async () => {
  const clock = new ManualClock()
  const { log, lines } = logging()
  const outages = new BrokerOutages({ log, clock })
  const fail = async (seconds: number) => {
    for (let i = 0; i < seconds * 4; i++) {
      outages.failed('b:9092', 'connect ECONNREFUSED')
      await clock.advance(250)
    }
  }
  await fail(59)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    level: 'warn',
    broker: 'b:9092',
    error: 'connect ECONNREFUSED',
  })
  outages.responded('other:9092')
  await fail(62)
  expect(lines.slice(1)).toMatchObject([
    { level: 'warn', unsaid: 240, msg: 'broker unavailable; for 1 min now' },
    { level: 'warn', unsaid: 240, msg: 'broker unavailable; for 2 min now' },
  ])
  outages.responded('b:9092')
  outages.responded('b:9092')
  expect(lines.slice(3)).toMatchObject([
    { level: 'info', broker: 'b:9092', msg: 'broker available again after 2 min' },
  ])
})

it.each<[LogLevel, string[]]>([
  ['info', ['listener']],
  ['debug', ['seed', 'group', 'crash', 'listener', 'joined']],
  ['trace', ['seed', 'group', 'crash', 'listener', 'joined', 'request']],
])('at %s it logs of kafkajs: %j', (level, said) => {
  const { log, lines } = logging(level)
  const failed: string[][] = []
  const write = bridgeLogs(log, { failed: (...args) => void failed.push(args) })(logLevel.INFO)
  const entry = (namespace: string, of: logLevel, message: string, more = {}) => {
    if (of > kafkaLogLevel(log)) return
    const timestamp = ''
    write({ namespace, level: of, label: '', log: { timestamp, message, ...more } })
  }
  const broker = 'b:9092'
  entry('Connection', logLevel.ERROR, 'Connection error: read ECONNRESET', { broker })
  entry('Connection', logLevel.ERROR, 'Connection timeout', { broker })
  entry('BrokerPool', logLevel.ERROR, 'seed')
  entry('Connection', logLevel.ERROR, 'Response GroupCoordinator(key: 10, version: 2)', {
    broker,
    error: 'The group coordinator is not available',
  })
  entry('Consumer', logLevel.ERROR, 'crash')
  entry('Admin', logLevel.ERROR, 'listener')
  entry('ConsumerGroup', logLevel.INFO, 'joined')
  entry('Connection', logLevel.DEBUG, 'request', { broker, secret: 'hush' })
  expect(failed).toEqual([
    [broker, 'Connection error: read ECONNRESET'],
    [broker, 'Connection timeout'],
  ])
  const short = { 'Response GroupCoordinator(key: 10, version: 2)': 'group' }
  expect(lines.map(({ msg }) => short[msg as keyof typeof short] ?? msg)).toEqual(said)
  expect(JSON.stringify(lines)).not.toContain('hush')
})
