import type { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { certificatesIn, firstExpiryMs, lastExpiryMs } from '../util/certificates.ts'
import { currentValue } from './current-value.ts'
import type { Config } from './settings.ts'
import { storeChoice } from './value-types.ts'

export interface CertificateExpiry {
  certificate: 'kafka-ca' | 'kafka-client' | 'registry-ca' | 'postgres-ca' | 'postgres-client'
  expiresAtMs: number
}

/**
 * When the certificates for Kafka and the registry expire, as their files are now. Those that can't be
 * read are left out, as in the middle of a rotation.
 */
export function connectionExpiries(config: Config): CertificateExpiry[] {
  return [
    ...expiry('kafka-ca', () => currentValue(config, 'KAFKA_SSL_CA'), lastExpiryMs),
    ...expiry('kafka-client', () => currentValue(config, 'KAFKA_SSL_CERT'), firstExpiryMs),
    ...expiry('registry-ca', () => currentValue(config, 'SCHEMA_REGISTRY_CA'), lastExpiryMs),
  ]
}

/** The same of the files that the Postgres URL names. */
export function postgresExpiries(config: Config): CertificateExpiry[] {
  const choice = storeChoice(config.IDEMPOTENCY_STORE)
  if (choice.kind !== 'postgres') return []
  const { searchParams } = new URL(choice.url)
  const contentOf = (parameter: string) => {
    const path = searchParams.get(parameter)
    return path === null ? undefined : readFileSync(path, 'utf8')
  }
  return [
    ...expiry('postgres-ca', () => contentOf('sslrootcert'), lastExpiryMs),
    ...expiry('postgres-client', () => contentOf('sslcert'), firstExpiryMs),
  ]
}

function expiry(
  certificate: CertificateExpiry['certificate'],
  read: () => string | undefined,
  expiryMsOf: (certificates: readonly X509Certificate[]) => number,
): CertificateExpiry[] {
  try {
    const pem = read()
    return pem === undefined ? [] : [{ certificate, expiresAtMs: expiryMsOf(certificatesIn(pem)) }]
  } catch {
    return []
  }
}
