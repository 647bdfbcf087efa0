import { afterEach, expect, it, vi } from 'vitest'
import { reportError } from '../../../../src/cli/shared/report-error.ts'
import { InventoryEventsError } from '../../../../src/util/errors.ts'
import { failureOf } from '../../../../src/util/failure/failure-of.ts'

const cause = new Error('connect ECONNREFUSED')
const error = new InventoryEventsError('KAFKA_UNAVAILABLE', 'cannot connect to Kafka', { cause })

afterEach(() => vi.restoreAllMocks())

async function reported(what: unknown, env: Record<string, string>): Promise<string> {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await reportError(what, env)
  return write.mock.calls.map(([text]) => String(text)).join('')
}

it('prints an error as one line', async () => {
  expect(await reported(error, {})).toBe('error: cannot connect to Kafka\n')
})

it('prints a cause that is a failure in plain data, with its own causes', async () => {
  const cause = failureOf(new TypeError('no pool', { cause: new Error('no login') }))
  const failed = new InventoryEventsError('PLUGIN_START_FAILED', 'start failed', { cause })
  const text = await reported(failed, { LOG_LEVEL: 'debug' })
  expect(text).toMatch(/^error: start failed\n {2}caused by: TypeError: no pool at /)
  expect(text).toMatch(/^ *Error: no login at /m)
})

it('prints the causes with LOG_LEVEL=debug', async () => {
  const text = await reported(error, { LOG_LEVEL: 'debug' })
  expect(text).toContain('error: cannot connect to Kafka\n  caused by: Error: connect ECONNREFUSED')
})

it('accepts any thrown value', async () => {
  expect(await reported(undefined, { LOG_LEVEL: 'debug' })).toBe('error: undefined\n')
})

it('logs an error in one line of JSON where logs are JSON', async () => {
  const text = await reported(error, { LOG_FORMAT: 'json', LOG_LEVEL: 'debug' })
  expect(text.trimEnd()).not.toContain('\n')
  expect(JSON.parse(text)).toMatchObject({
    level: 'fatal',
    msg: 'command failed: cannot connect to Kafka',
    err: { code: 'KAFKA_UNAVAILABLE', message: 'cannot connect to Kafka' },
  })
})

it('lists several problems beside the message in JSON', async () => {
  const invalid = new InventoryEventsError('CONFIG_INVALID', 'invalid settings:\n  A: required')
  expect(JSON.parse(await reported(invalid, { LOG_FORMAT: 'json' }))).toMatchObject({
    msg: 'command failed: invalid settings',
    problems: ['A: required'],
  })
})
