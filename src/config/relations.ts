import type { Config } from './settings.ts'

/** What is wrong between settings that are each right by themselves. */
export function relationProblems(config: Config): string[] {
  return [
    ...loginProblems(config),
    ...tlsProblems(config),
    ...timeProblems(config),
    ...gatewayProblems(config),
  ]
}

function loginProblems(config: Config): string[] {
  const mechanism = config.KAFKA_SASL_MECHANISM
  const userSet = config.KAFKA_SASL_USERNAME !== undefined
  const passwordSet = config.KAFKA_SASL_PASSWORD !== undefined
  const problems = []
  if (mechanism !== undefined && !(userSet && passwordSet)) {
    problems.push(
      `KAFKA_SASL_MECHANISM: ${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`,
    )
  }
  if (mechanism === undefined && (userSet || passwordSet)) {
    problems.push('KAFKA_SASL_MECHANISM: required when a SASL username or password is set')
  }
  const registryUserSet = config.SCHEMA_REGISTRY_USERNAME !== undefined
  if (registryUserSet !== (config.SCHEMA_REGISTRY_PASSWORD !== undefined)) {
    problems.push('SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD: set both or neither')
  }
  return problems
}

function tlsProblems(config: Config): string[] {
  const problems = []
  const names = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const
  const used = names.filter((name) => config[name] !== undefined)
  if (!config.KAFKA_SSL && used.length > 0) {
    problems.push(`KAFKA_SSL: expected true, because ${used.join(', ')} is set`)
  }
  if ((config.KAFKA_SSL_CERT === undefined) !== (config.KAFKA_SSL_KEY === undefined)) {
    problems.push('KAFKA_SSL_CERT and KAFKA_SSL_KEY: set both or neither')
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
  if (config.GATEWAY_MAX_BODY_BYTES * 2 > config.GATEWAY_MAX_IN_FLIGHT_BYTES) {
    problems.push('GATEWAY_MAX_BODY_BYTES: expected at most half of GATEWAY_MAX_IN_FLIGHT_BYTES')
  }
  return problems
}
