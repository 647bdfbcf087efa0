import { expect, it } from 'vitest'
import { withTlsHint } from '../../../src/util/tls-hint.ts'

const names = { ca: 'THE_CA', serverName: 'THE_NAME', cert: 'THE_CERT' }

it.each([
  ['self-signed certificate in certificate chain', /trusted here: THE_CA$/],
  ['unable to verify the first certificate', /trusted here: THE_CA$/],
  ["Hostname/IP does not match certificate's altnames: …", /for other names: THE_NAME$/],
  ['certificate has expired', /server has expired$/],
  ['wrong version number', /does not speak TLS there$/],
])('tells what it means and which setting it is about: %s', (message, meaning) => {
  expect(withTlsHint(message, names)).toMatch(meaning)
})

it('leaves out where in OpenSSL it happened', () => {
  const message =
    'Connection error: 40ADC1BADA7F0000:error:0A000416:SSL routines:ssl3_read_bytes:ssl/tls alert certificate unknown:../deps/openssl/rec_layer_s3.c:918:SSL alert number 46\n'
  const told = withTlsHint(message, names)
  expect(told).toMatch(/^Connection error: ssl\/tls alert certificate unknown; .*: THE_CERT$/)
  expect(told).not.toMatch(/deps|40ADC1/)
})

it('names no setting where there is none, and leaves other messages as they are', () => {
  const message = "Hostname/IP does not match certificate's altnames: …"
  expect(withTlsHint(message, { ca: 'THE_CA' })).toMatch(/for other names$/)
  expect(withTlsHint('connect ECONNREFUSED', names)).toBe('connect ECONNREFUSED')
})
