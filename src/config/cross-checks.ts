import { createPrivateKey } from 'node:crypto'
import { certificatesIn } from '../util/certificates.ts'
import { postgresTlsProblems } from './postgres-tls.ts'
import type { Config, SettingName } from './settings.ts'

/** Problems between settings that are each valid on their own. */
export function relationProblems(config: Config): string[] {
  return [
    ...loginProblems(config),
    ...tlsProblems(config),
    ...postgresTlsProblems(config.IDEMPOTENCY_STORE),
    ...timeProblems(config),
    ...gatewayProblems(config),
  ]
}

const PASSWORD_LOGIN = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const
const CLIENT_CREDENTIALS = ['KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'] as const
const OAUTH_LOGIN = [
  'KAFKA_OAUTH_TOKEN',
  'KAFKA_OAUTH_TOKEN_URL',
  ...CLIENT_CREDENTIALS,
  'KAFKA_OAUTH_SCOPE',
  'KAFKA_OAUTH_AWS_REGION',
] as const
const TOKEN_SOURCES = [
  'KAFKA_OAUTH_TOKEN',
  'KAFKA_OAUTH_TOKEN_URL',
  'KAFKA_OAUTH_AWS_REGION',
] as const

function loginProblems(config: Config): string[] {
  const mechanism = config.KAFKA_SASL_MECHANISM
  if (mechanism === 'oauthbearer') return [...oauthProblems(config), ...registryProblems(config)]
  const problems = registryProblems(config)
  if (mechanism !== undefined && PASSWORD_LOGIN.some((name) => config[name] === undefined)) {
    problems.push(
      `KAFKA_SASL_MECHANISM: ${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`,
    )
  }
  if (mechanism === undefined && PASSWORD_LOGIN.some((name) => config[name] !== undefined)) {
    problems.push('KAFKA_SASL_MECHANISM: required when a SASL username or password is set')
  }
  const [unused] = OAUTH_LOGIN.filter((name) => config[name] !== undefined)
  if (unused !== undefined) {
    problems.push(`KAFKA_SASL_MECHANISM: expected oauthbearer, because ${unused} is set`)
  }
  return problems
}

function oauthProblems(config: Config): string[] {
  const isSet = (name: SettingName) => config[name] !== undefined
  const problems = PASSWORD_LOGIN.filter(isSet).map(
    (name) => `${name}: not used by KAFKA_SASL_MECHANISM=oauthbearer; unset it`,
  )
  if (TOKEN_SOURCES.filter(isSet).length !== 1) {
    problems.push(
      `KAFKA_SASL_MECHANISM: oauthbearer needs exactly one of ${TOKEN_SOURCES.join(', ')}`,
    )
  }
  if (isSet('KAFKA_OAUTH_TOKEN_URL') && !CLIENT_CREDENTIALS.every(isSet)) {
    problems.push(
      'KAFKA_OAUTH_TOKEN_URL: needs KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET',
    )
  }
  return problems
}

function registryProblems(config: Config): string[] {
  const problems = []
  const registryUserSet = config.SCHEMA_REGISTRY_USERNAME !== undefined
  if (registryUserSet !== (config.SCHEMA_REGISTRY_PASSWORD !== undefined)) {
    problems.push('SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD: set both or neither')
  }
  const url = config.SCHEMA_REGISTRY_URL
  if (config.SCHEMA_REGISTRY_CA !== undefined && url !== undefined && !/^https:/.test(url)) {
    problems.push('SCHEMA_REGISTRY_URL: expected https://..., because SCHEMA_REGISTRY_CA is set')
  }
  return problems
}

function tlsProblems(config: Config): string[] {
  const problems = []
  const names = [
    'KAFKA_SSL_CA',
    'KAFKA_SSL_CERT',
    'KAFKA_SSL_KEY',
    'KAFKA_SSL_SERVER_NAME',
  ] as const
  const used = names.filter((name) => config[name] !== undefined)
  if (!config.KAFKA_SSL && used.length > 0) {
    problems.push(`KAFKA_SSL: expected true, because ${used.join(', ')} is set`)
  }
  if ((config.KAFKA_SSL_CERT === undefined) !== (config.KAFKA_SSL_KEY === undefined)) {
    problems.push('KAFKA_SSL_CERT and KAFKA_SSL_KEY: set both or neither')
  }
  if (config.KAFKA_SSL_CERT !== undefined && config.KAFKA_SSL_KEY !== undefined) {
    const key = createPrivateKey(config.KAFKA_SSL_KEY)
    const [own] = certificatesIn(config.KAFKA_SSL_CERT)
    if (!own?.checkPrivateKey(key)) {
      problems.push(
        'KAFKA_SSL_KEY: expected the private key of the first KAFKA_SSL_CERT, got another',
      )
    }
  }
  return problems
}

function timeProblems(config: Config): string[] {
  const problems = []
  if (config.RETRY_INITIAL_DELAY_MS > config.RETRY_MAX_DELAY_MS) {
    problems.push('RETRY_INITIAL_DELAY_MS: expected no more than RETRY_MAX_DELAY_MS')
  }
  return problems
}

function gatewayProblems(config: Config): string[] {
  const problems = []
  if (config.GATEWAY_ALLOW_UNSIGNED && config.GATEWAY_SECRETS !== undefined) {
    problems.push('GATEWAY_ALLOW_UNSIGNED: expected false, because GATEWAY_SECRETS is set')
  }
  // A route has half of it, and with less than two bodies in that none could overlap.
  if (config.GATEWAY_MAX_BODY_BYTES * 4 > config.GATEWAY_MAX_IN_FLIGHT_BYTES) {
    problems.push(
      'GATEWAY_MAX_BODY_BYTES: expected at most a quarter of GATEWAY_MAX_IN_FLIGHT_BYTES',
    )
  }
  return problems
}
