import type { KafkaConfig, SASLOptions } from 'kafkajs'
import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { oauthBearer } from './oauth-bearer.ts'
import { tokenSource } from './oauth-token-cache.ts'

/**
 * kafkajs's SASL options; undefined without SASL. Secrets in files are read again for each login.
 */
export function saslOptions(config: Config): KafkaConfig['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism } = config
  if (mechanism === undefined) return undefined
  if (mechanism === 'oauthbearer') return oauthBearer(tokenSource(config))
  const login = {
    mechanism,
    get username() {
      return currentValue(config, 'KAFKA_SASL_USERNAME') ?? ''
    },
    get password() {
      return currentValue(config, 'KAFKA_SASL_PASSWORD') ?? ''
    },
  }
  return login as SASLOptions
}
