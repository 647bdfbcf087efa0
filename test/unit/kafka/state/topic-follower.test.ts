import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { createKafka } from '../../../../src/kafka/client/client.ts'
import { LogReader } from '../../../../src/kafka/reader/log-reader.ts'
import { TopicFollower } from '../../../../src/kafka/state/topic-follower.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const READ = { low: 0, first: 0, end: 0 }

async function situation() {
  const clock = new ManualClock()
  const lines: string[] = []
  const log = pino(
    { level: 'info', formatters: { level: (level) => ({ level }) } },
    {
      write: (line: string) =>
        void lines.push(`${JSON.parse(line).level}: ${JSON.parse(line).msg}`),
    },
  )
  vi.spyOn(LogReader.prototype, 'start').mockResolvedValue()
  const read = vi.spyOn(LogReader.prototype, 'read').mockResolvedValue(READ)
  const config = loadConfig({ KAFKA_BROKERS: '127.0.0.1:1' }, { required: ['KAFKA_BROKERS'] })
  const kafka = createKafka(config, pino({ level: 'silent' }))
  const whenUnreadable = 'cannot read the control topic'
  const options = { kafka, topic: 'group.control', clock, log, whenUnreadable, onRecord() {} }
  const follower = new TopicFollower(options)
  onTestFinished(async () => {
    await follower.stop()
    vi.restoreAllMocks()
  })
  await follower.start()
  await settled()
  return { clock, lines, read, follower }
}

it('says each minute that the topic cannot be read, and that it can be again', async () => {
  const s = await situation()
  expect(s.follower.isCurrent).toBe(true)
  s.read.mockRejectedValue(new Error('not allowed'))
  await s.clock.advance(599_000)
  expect(s.follower.isCurrent).toBe(false)
  expect(s.lines).toHaveLength(10)
  expect(s.lines.every((line) => line.startsWith('warn: cannot read the control topic'))).toBe(true)
  s.read.mockResolvedValue(READ)
  await s.clock.advance(1_000)
  expect(s.follower.isCurrent).toBe(true)
  expect(s.lines.at(-1)).toMatch(/^info: the topic can be read again after /)
})
