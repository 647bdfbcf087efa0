import { X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import { connectionExpiries, postgresExpiries } from '../../../src/config/certificate-expiries.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import { rotatedFile } from '../../support/rotated-file.ts'
import { certificateText } from '../../support/secure-certificates.ts'

const soon = certificateText('ann', 3)
const later = certificateText('ann', 30)
const expiryOf = ({ cert }: { cert: string }) => Date.parse(new X509Certificate(cert).validTo)
const of = (certificate: string, expiresAtMs: number) => ({ certificate, expiresAtMs })

it('is of what the files hold now; what cannot be read is left out', () => {
  const cert = rotatedFile(soon.cert)
  const key = rotatedFile(soon.key)
  const config = loadConfig({
    KAFKA_SSL: 'true',
    KAFKA_SSL_CERT_FILE: cert.path,
    KAFKA_SSL_KEY_FILE: key.path,
    SCHEMA_REGISTRY_URL: 'https://registry',
    SCHEMA_REGISTRY_CA: soon.cert,
  })
  const registry = of('registry-ca', expiryOf(soon))
  expect(connectionExpiries(config)).toEqual([of('kafka-client', expiryOf(soon)), registry])
  cert.put(later.cert)
  expect(connectionExpiries(config)).toEqual([of('kafka-client', expiryOf(later)), registry])
  cert.put('not yet all of it')
  expect(connectionExpiries(config)).toEqual([registry])
})

it('is of the first certificate of a chain, and of the last of several authorities', () => {
  const config = loadConfig({
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA: soon.cert + later.cert,
    KAFKA_SSL_CERT: later.cert + soon.cert,
    KAFKA_SSL_KEY: later.key,
  })
  expect(connectionExpiries(config)).toEqual([
    of('kafka-ca', expiryOf(later)),
    of('kafka-client', expiryOf(soon)),
  ])
})

it('is of the files that the URL of Postgres names', () => {
  const ca = rotatedFile(later.cert)
  const cert = rotatedFile(soon.cert)
  const parameters = `sslmode=verify-full&sslrootcert=${ca.path}&sslcert=${cert.path}`
  const config = loadConfig({ IDEMPOTENCY_STORE: `postgres://me@db/events?${parameters}` })
  expect(postgresExpiries(config)).toEqual([
    of('postgres-ca', expiryOf(later)),
    of('postgres-client', expiryOf(soon)),
  ])
  ca.remove()
  expect(postgresExpiries(config)).toEqual([of('postgres-client', expiryOf(soon))])
  expect(postgresExpiries(loadConfig({}))).toEqual([])
})
