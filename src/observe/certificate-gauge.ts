import type { Metrics } from './metrics.ts'

export interface CertificateSources {
  /** Read at each scrape, so that a certificate that was replaced counts. */
  files(): Iterable<{ certificate: string; expiresAtMs: number }>
  /** Of what brokers presented; undefined if none is known. */
  brokerExpiryMs(): number | undefined
}

export function bindCertificates(metrics: Metrics, sources: CertificateSources): void {
  metrics.certificateExpiry.readFrom(() => {
    const brokerMs = sources.brokerExpiryMs()
    const broker =
      brokerMs === undefined ? [] : [{ certificate: 'kafka-broker', expiresAtMs: brokerMs }]
    return [...sources.files(), ...broker].map(({ certificate, expiresAtMs }) => {
      return { certificate, value: expiresAtMs / 1000 }
    })
  })
}
