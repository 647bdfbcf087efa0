import { expect, it } from 'vitest'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { createLogger, type LogLevel } from '../../../src/util/logger.ts'

function logging(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = createLogger(level, { write: (line) => lines.push(line) })
  return { log, parsed: () => lines.map((line) => JSON.parse(line)) }
}

it('writes a JSON line with level, time, component and message', () => {
  const { log, parsed } = logging()
  log.child({ component: 'committer' }).info({ offset: 3 }, 'committed')
  expect(parsed()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      component: 'committer',
      offset: 3,
      msg: 'committed',
    },
  ])
})

it('respects its level', () => {
  const { log, parsed } = logging('warn')
  log.info('no')
  log.warn('yes')
  expect(parsed()).toMatchObject([{ msg: 'yes' }])
})

it('masks secrets at the top level and one level deep', () => {
  const { log, parsed } = logging()
  log.info({ password: 'hush', broker: { host: 'a', sasl: { password: 'hush' } } }, 'connecting')
  expect(parsed()).toMatchObject([{ password: '***', broker: { host: 'a', sasl: '***' } }])
})

it('logs an error with its code, plugin, record and causes', () => {
  const { log, parsed } = logging()
  const cause = new TypeError('socket closed')
  const details = { plugin: 'cold-chain', record: 'a/0@7', retryable: true, cause }
  log.error({ err: new InventoryEventsError('KAFKA_UNAVAILABLE', 'no broker', details) }, 'failed')
  expect(parsed()[0].err).toEqual({
    type: 'InventoryEventsError',
    message: 'no broker',
    code: 'KAFKA_UNAVAILABLE',
    plugin: 'cold-chain',
    record: 'a/0@7',
    retryable: true,
    at: expect.stringMatching(/^logger\.test\.ts:\d+:\d+$/),
    stack: expect.stringContaining('logger.test'),
    cause: {
      type: 'TypeError',
      message: 'socket closed',
      at: expect.any(String),
      stack: expect.any(String),
    },
  })
})

it('handles thrown non-errors and causes in a circle', () => {
  const { log, parsed } = logging()
  const endless = new Error('endless')
  endless.cause = new Error('cause', { cause: endless })
  log.error({ err: undefined }, 'nothing')
  log.error({ err: Object.create(null) }, 'unprintable')
  log.error({ err: endless }, 'endless')
  expect(parsed().map((line) => line.msg)).toEqual(['nothing', 'unprintable', 'endless'])
  expect(parsed()[1].err).toEqual({ type: 'Object', message: 'Object without a message' })
  expect(parsed()[2].err).toMatchObject({ message: 'endless', cause: { message: 'cause' } })
  expect(parsed()[2].err.cause).not.toHaveProperty('cause')
})

it('logs an error under `error`, as plugins write it, and leaves other values there alone', () => {
  const { log, parsed } = logging()
  const error = Object.assign(new RangeError('no bay'), { event: 'SECRET' })
  log.error({ error }, 'failed')
  log.error({ error: 'text' }, 'failed')
  const stack = expect.stringContaining('logger.test.ts')
  expect(parsed()[0].error).toMatchObject({ type: 'RangeError', message: 'no bay', stack })
  expect(JSON.stringify(parsed()[0])).not.toContain('SECRET')
  expect(parsed()[1].error).toBe('text')
})
