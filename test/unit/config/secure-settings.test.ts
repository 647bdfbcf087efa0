import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { currentValue } from '../../../src/config/current-value.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { certificateText } from '../../support/secure-certificates.ts'

describe('contradicting settings of a secured cluster', () => {
  const oauth = { KAFKA_SASL_MECHANISM: 'oauthbearer' }
  const KAFKA_OAUTH_TOKEN_URL = 'https://id.example/token'
  const store = (parameters: string) => ({
    IDEMPOTENCY_STORE: `postgres://user:pass-word@db/events?${parameters}`,
  })
  it.each([
    [
      oauth,
      /needs exactly one of KAFKA_OAUTH_TOKEN, KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_AWS_REGION/,
    ],
    [
      { ...oauth, KAFKA_OAUTH_TOKEN: 't', KAFKA_OAUTH_AWS_REGION: 'eu-central-1' },
      /needs exactly one of/,
    ],
    [{ KAFKA_OAUTH_AWS_REGION: 'eu-central-1' }, /expected oauthbearer, because KAFKA_OAUTH_AWS/],
    [{ ...oauth, KAFKA_OAUTH_TOKEN: 't', KAFKA_OAUTH_TOKEN_URL }, /needs exactly one of/],
    [{ ...oauth, KAFKA_OAUTH_TOKEN_URL }, /KAFKA_OAUTH_TOKEN_URL: needs KAFKA_OAUTH_CLIENT_ID/],
    [
      { ...oauth, KAFKA_OAUTH_TOKEN: 't', KAFKA_SASL_USERNAME: 'u' },
      /KAFKA_SASL_USERNAME: not used/,
    ],
    [{ KAFKA_OAUTH_SCOPE: 's' }, /expected oauthbearer, because KAFKA_OAUTH_SCOPE is set/],
    [{ KAFKA_SSL_SERVER_NAME: 'k' }, /KAFKA_SSL: expected true/],
    [
      { SCHEMA_REGISTRY_URL: 'http://r', SCHEMA_REGISTRY_CA: certificateText('known').cert },
      /SCHEMA_REGISTRY_URL: expected https/,
    ],
    [store('sslmode=require'), /expected sslmode to be verify-full/],
    [store('sslmode=no-verify'), /expected sslmode to be verify-full/],
    [store('ssl=true'), /ssl is not supported/],
    [store('sslrootcert=/ca'), /sslrootcert needs sslmode=verify-full/],
  ])('%o', (env, problem) => {
    expect(() => loadConfig(env)).toThrow(problem)
    expect(() => loadConfig(env)).not.toThrow(/pass-word/)
  })

  it('accepts Postgres without TLS, and with verified TLS', () => {
    loadConfig(store('sslmode=disable'))
    loadConfig(store('sslmode=verify-full&sslrootcert=/ca&sslcert=/cert&sslkey=/key'))
  })
})

describe('the current value of a setting', () => {
  it('is read again from its file; without a file it is the initial value', () => {
    const folder = mkdtempSync(join(tmpdir(), 'current-value-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'password')
    writeFileSync(file, 'first\n')
    const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' }
    const config = loadConfig({ ...login, KAFKA_SASL_PASSWORD_FILE: file })
    writeFileSync(file, 'second\n')
    expect(currentValue(config, 'KAFKA_SASL_PASSWORD')).toBe('second')
    expect(currentValue(config, 'KAFKA_SASL_USERNAME')).toBe('u')
    writeFileSync(file, '')
    expect(() => currentValue(config, 'KAFKA_SASL_PASSWORD')).toThrow(/^KAFKA_SASL_PASSWORD_FILE: /)
    rmSync(file)
    expect(() => currentValue(config, 'KAFKA_SASL_PASSWORD')).toThrow(/cannot be read: ENOENT/)
  })
})
