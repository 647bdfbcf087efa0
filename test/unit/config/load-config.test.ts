import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, expectTypeOf, it } from 'vitest'
import { checkConfig, loadConfig, nameHints } from '../../../src/config/load-config.ts'
import { settings } from '../../../src/config/settings.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { certificateText } from '../../support/secure-certificates.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
const { cert } = certificateText('ann')
const other = certificateText('bob')
let files = 0

function fileWith(text: string): string {
  const path = join(folder, String(files++))
  writeFileSync(path, text)
  return path
}

it('requires only what is asked for, and has defaults for the rest', () => {
  const config = loadConfig({})
  expect(config.KAFKA_BROKERS).toBeUndefined()
  expect(config.KAFKA_TOPICS).toEqual(['inventory.events', 'plugin.events'])
  expect(config.EVENTS_ENABLED).toBeUndefined()
  expectTypeOf(config.KAFKA_BROKERS).toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf(config.HTTP_PORT).toEqualTypeOf<number>()
})

it('types required settings as defined', () => {
  const config = loadConfig({ KAFKA_BROKERS: 'kafka:9092' }, { required: ['KAFKA_BROKERS'] })
  expectTypeOf(config.KAFKA_BROKERS).toExtend<readonly string[]>()
  expect(config.KAFKA_BROKERS).toEqual(['kafka:9092'])
})

it('is frozen, lists included', () => {
  const config = loadConfig({ PLUGINS: 'a,b' })
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.PLUGINS)).toBe(true)
})

it('reports every problem at once, including missing and misspelt settings', () => {
  const env = { KAFKA_BROKER: 'kafka:9092', HTTP_PORT: 'x', KAFKA_SSL: 'yes' }
  const load = () => loadConfig(env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const expected = [
    'invalid settings:',
    'KAFKA_SSL: expected true or false, got "yes"',
    'HTTP_PORT: expected a whole number from 0 to 65535, got "x"',
    'KAFKA_BROKERS: required, expected host:port[,host:port...], got nothing',
    'SCHEMA_REGISTRY_URL: required, expected http(s)://host[:port][/path] without a user, a query or a fragment, got nothing',
    'KAFKA_BROKER is not a setting: did you mean KAFKA_BROKERS?',
  ]
  expect(load).toThrow(InventoryEventsError)
  expect(load).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  expect(load).toThrow(expected.join('\n  '))
})

it('treats an empty variable as unset', () => {
  expect(loadConfig({ HTTP_PORT: ' ', KAFKA_SASL_PASSWORD_FILE: '' }).HTTP_PORT).toBe(8080)
})

it('rejects an unknown idempotency store', () => {
  expect(checkConfig({ IDEMPOTENCY_STORE: 'redis:' }).problems).toEqual([
    'IDEMPOTENCY_STORE: expected kafka:, memory: or postgres://user:password@host[:port]/database, got something else (not shown)',
  ])
})

it('reads a secret from a file, keeping spaces and dropping the final line break', () => {
  const env = {
    SCHEMA_REGISTRY_USERNAME: 'reader',
    SCHEMA_REGISTRY_PASSWORD_FILE: fileWith(' hush \r\n'),
  }
  expect(loadConfig(env).SCHEMA_REGISTRY_PASSWORD).toBe(' hush ')
})

it('names a file that is missing, empty, or set together with the value', () => {
  const env = {
    KAFKA_SASL_USERNAME: 'me',
    KAFKA_SASL_USERNAME_FILE: fileWith('me'),
    KAFKA_SASL_PASSWORD_FILE: fileWith('\n'),
    KAFKA_SSL_CA_FILE: join(folder, 'nothing'),
  }
  const problems = checkConfig(env).problems
  expect(problems).toContain(
    'KAFKA_SASL_USERNAME: expected either KAFKA_SASL_USERNAME or KAFKA_SASL_USERNAME_FILE, got both',
  )
  expect(problems).toContain(
    'KAFKA_SASL_PASSWORD_FILE: expected a file with the value, got an empty one',
  )
  expect(problems).toContainEqual(
    expect.stringMatching(/^KAFKA_SSL_CA_FILE: cannot be read: ENOENT/),
  )
})

it('prints no secret in a problem', () => {
  const env = { KAFKA_SSL_KEY: 'hush', SCHEMA_REGISTRY_URL: 'http://me:hush@registry' }
  const problems = checkConfig(env).problems
  expect(problems).toHaveLength(2)
  expect(problems.join()).not.toContain('hush')
})

it.each([
  [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' }, /needs .*KAFKA_SASL_PASSWORD/],
  [{ KAFKA_SASL_PASSWORD: 'hush' }, /KAFKA_SASL_MECHANISM: required/],
  [{ SCHEMA_REGISTRY_USERNAME: 'me' }, /set both or neither/],
  [{ KAFKA_SSL_CA: cert }, /KAFKA_SSL: expected true, because KAFKA_SSL_CA is set/],
  [{ KAFKA_SSL: 'true', KAFKA_SSL_CERT: cert }, /KAFKA_SSL_KEY: set both or neither/],
  [
    { KAFKA_SSL: 'true', KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: other.key },
    /KAFKA_SSL_KEY: expected the private key of the first KAFKA_SSL_CERT, got another/,
  ],
  [{ RETRY_INITIAL_DELAY_MS: '40000' }, /expected no more than RETRY_MAX_DELAY_MS/],
])('rejects contradicting settings: %j', (env, message) => {
  expect(checkConfig(env).problems).toEqual([expect.stringMatching(message)])
})

it('hints at misspelt names and missing units, and ignores other variables', () => {
  const env = {
    HANDLER_TIMEOUT: '5',
    PLUGIN: 'a',
    HTTP_PORT_FILE: 'port',
    KAFKA_SASL_PASWORD_FILE: 'x',
    PATH: '/bin',
    HOME: '/',
    KAFKA_SSL_CA_FILE: 'x',
  }
  expect(nameHints(env)).toEqual([
    'HANDLER_TIMEOUT is not a setting: did you mean HANDLER_TIMEOUT_MS?',
    'PLUGIN is not a setting: did you mean PLUGINS?',
    'HTTP_PORT_FILE is not a setting: did you mean HTTP_PORT?',
    'KAFKA_SASL_PASWORD_FILE is not a setting: did you mean KAFKA_SASL_PASSWORD_FILE?',
  ])
})

it('accepts every default, and has help for every setting and a file for every secret', () => {
  for (const [name, setting] of Object.entries(settings)) {
    if ('default' in setting) expect(setting.type.parse(setting.default), name).toBeDefined()
    if ('secret' in setting) expect(setting, name).toHaveProperty('file', true)
    expect(setting.help, name).toMatch(/^[A-Z/].*\.$/)
  }
})
