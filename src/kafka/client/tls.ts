import { isIP } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'
import { currentValue } from '../../config/current-value.ts'
import type { Config } from '../../config/settings.ts'
import { certificatesIn, firstExpiryMs } from '../../util/certificates.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { inPlace } from '../patches/receive-in-place.ts'
import type { BrokerCertificates } from './broker-certificates.ts'

/**
 * A socket factory that reads the certificates again for each connection, so they can be renewed.
 */
export function tlsSockets(config: Config, presented: BrokerCertificates): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const onread = inPlace(() => socket)
    const options = { host, port, onread, ...tlsOptions(config, host) }
    const socket: TLSSocket = connect(options, () => {
      presented.connected(`${host}:${port}`, socket)
      onConnect()
    })
    return socket
  }
}

/** Throws CONFIG_INVALID when the client certificate has expired. */
export function tlsOptions(config: Config, host: string): ConnectionOptions {
  const ca = currentValue(config, 'KAFKA_SSL_CA')
  const cert = currentValue(config, 'KAFKA_SSL_CERT')
  const key = currentValue(config, 'KAFKA_SSL_KEY')
  const servername = config.KAFKA_SSL_SERVER_NAME ?? (isIP(host) === 0 ? host : undefined)
  if (cert !== undefined) requireValid(cert)
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
  }
}

/** Checked here because a broker that refuses the certificate often just closes the connection. */
function requireValid(pem: string): void {
  const expiryMs = firstExpiryMs(certificatesIn(pem).slice(0, 1))
  if (expiryMs > Date.now()) return
  const message = `KAFKA_SSL_CERT: the certificate expired at ${new Date(expiryMs).toISOString()}`
  throw new InventoryEventsError('CONFIG_INVALID', message, { retryable: true })
}
