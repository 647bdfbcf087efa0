import { X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { expect, it } from 'vitest'
import { BrokerCertificates } from '../../../../src/kafka/client/broker-certificates.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { certificateText } from '../../../support/secure-certificates.ts'

const soon = new X509Certificate(certificateText('broker', 3).cert)
const later = new X509Certificate(certificateText('broker', 30).cert)
const expiryOf = ({ validTo }: X509Certificate) => Date.parse(validTo)

function connectionWith(certificate: X509Certificate): TLSSocket {
  const socket = new EventEmitter() as TLSSocket
  socket.getPeerX509Certificate = () => certificate
  return socket
}

it('is the latest that a broker presented, although older connections stay', () => {
  const certificates = new BrokerCertificates(new ManualClock())
  expect(certificates.firstExpiryMs()).toBeUndefined()
  certificates.connected('a:9092', connectionWith(soon))
  certificates.connected('b:9092', connectionWith(later))
  expect(certificates.firstExpiryMs()).toBe(expiryOf(soon))
  certificates.connected('a:9092', connectionWith(later))
  expect(certificates.firstExpiryMs()).toBe(expiryOf(later))
})

it('is kept between connections, and forgotten ten minutes after the last', async () => {
  const clock = new ManualClock()
  const certificates = new BrokerCertificates(clock)
  const sockets = [connectionWith(soon), connectionWith(soon)] as const
  for (const socket of sockets) certificates.connected('a:9092', socket)
  sockets[0].emit('close')
  await clock.advance(600_000)
  expect(certificates.firstExpiryMs()).toBe(expiryOf(soon))
  sockets[1].emit('close')
  await clock.advance(599_999)
  expect(certificates.firstExpiryMs()).toBe(expiryOf(soon))
  await clock.advance(1)
  expect(certificates.firstExpiryMs()).toBeUndefined()
})
