import { expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/load-config.ts'
import { tlsOptions } from '../../../../src/kafka/client/tls.ts'
import { rotatedFile } from '../../../support/rotated-file.ts'
import { certificateText } from '../../../support/secure-certificates.ts'

it('holds for each connection what the files of authority, certificate and key hold by then', () => {
  const [former, next] = [certificateText('former'), certificateText('next')]
  const [ca, cert, key] = [former.cert, former.cert, former.key].map(rotatedFile)
  const config = loadConfig({
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: ca!.path,
    KAFKA_SSL_CERT_FILE: cert!.path,
    KAFKA_SSL_KEY_FILE: key!.path,
  })
  const has = ({ cert, key }: typeof former) => {
    return { ca: cert.trim(), cert: cert.trim(), key: key.trim(), servername: 'kafka' }
  }
  expect(tlsOptions(config, 'kafka')).toEqual(has(former))
  ca!.put(next.cert)
  cert!.put(next.cert)
  key!.put(next.key)
  expect(tlsOptions(config, 'kafka')).toEqual(has(next))
})
