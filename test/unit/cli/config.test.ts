import { expect, it } from 'vitest'
import { describeConfig } from '../../../src/cli/config.ts'
import { settingNames } from '../../../src/config/settings.ts'
import { certificateText } from '../../support/secure-certificates.ts'

function lineOf(lines: string[], name: string): string | undefined {
  return lines.find((line) => line.startsWith(`${name} `))?.replace(/ +/g, ' ')
}

it('prints every setting with its value and its source', () => {
  const { lines, problems } = describeConfig({ KAFKA_BROKERS: 'a:1,b:2' })
  expect(lines).toHaveLength(settingNames.length)
  expect(lineOf(lines, 'KAFKA_BROKERS')).toBe('KAFKA_BROKERS a:1,b:2 (environment)')
  expect(lineOf(lines, 'HTTP_PORT')).toBe('HTTP_PORT 8080 (default)')
  expect(lineOf(lines, 'PLUGINS')).toBe('PLUGINS - (not set)')
  expect(problems).toEqual([])
})

it('masks secrets, and prints one line of a certificate', () => {
  const { cert, key } = certificateText('ann')
  const env = {
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA: cert,
    KAFKA_SSL_CERT: cert,
    KAFKA_SSL_KEY: key,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'me',
    KAFKA_SASL_PASSWORD: 'hush',
  }
  const { lines, problems } = describeConfig(env)
  expect(problems).toEqual([])
  expect(lines.join('\n')).not.toContain('hush')
  expect(lines.join('\n')).not.toContain(key.split('\n')[1])
  expect(lineOf(lines, 'KAFKA_SASL_PASSWORD')).toBe('KAFKA_SASL_PASSWORD *** (environment)')
  const shown = 'KAFKA_SSL_CA -----BEGIN CERTIFICATE----- ... (environment)'
  expect(lineOf(lines, 'KAFKA_SSL_CA')).toBe(shown)
})

it('prints the idempotency store without its password, and nothing of an invalid one', () => {
  const shown = (url: string) =>
    lineOf(describeConfig({ IDEMPOTENCY_STORE: url }).lines, 'IDEMPOTENCY_STORE')
  expect(shown('memory:')).toBe('IDEMPOTENCY_STORE memory: (environment)')
  expect(shown('postgresql://me:hush%2F@db:5433/events?password=hush&sslmode=verify-full')).toBe(
    'IDEMPOTENCY_STORE postgres://me:***@db:5433/events?*** (environment)',
  )
  for (const url of ['postgres://me:hush/@', 'mysql://me:hush@db/events', 'postgres://']) {
    const { lines, problems } = describeConfig({ IDEMPOTENCY_STORE: url })
    expect(problems).toEqual([expect.stringMatching(/^IDEMPOTENCY_STORE: expected kafka:, memory/)])
    expect([...lines, ...problems].join('\n')).not.toContain('hush')
  }
})

it('marks invalid settings, and lists problems and hints', () => {
  const { lines, problems, hints } = describeConfig({ HTTP_PORT: 'x', PLUGIN: 'a' })
  expect(lineOf(lines, 'HTTP_PORT')).toBe('HTTP_PORT invalid (environment)')
  expect(problems).toEqual(['HTTP_PORT: expected a whole number from 0 to 65535, got "x"'])
  expect(hints).toEqual(['PLUGIN is not a setting: did you mean PLUGINS?'])
})

it('names the settings in PLUGIN_SETTINGS, and shows no value: plugins know which are secret', () => {
  const PLUGIN_SETTINGS = '{"alarms": {"apiKey": "hush", "pool": {"max": 5}}}'
  const { lines, problems } = describeConfig({ PLUGIN_SETTINGS })
  expect(problems).toEqual([])
  expect(lineOf(lines, 'PLUGIN_SETTINGS')).toBe(
    'PLUGIN_SETTINGS {"alarms":{"apiKey":"***","pool":{"max":"***"}}} (environment)',
  )
  const wrong = describeConfig({ PLUGIN_SETTINGS: '{"alarms": "hush"}' })
  expect(wrong.problems).toEqual([
    expect.stringMatching(/^PLUGIN_SETTINGS: expected a JSON object/),
  ])
  expect([...wrong.lines, ...wrong.problems].join()).not.toContain('hush')
})
