import { expect, it } from 'vitest'
import { withTlsHint } from '../../../src/util/tls-hint.ts'

const names = { ca: 'THE_CA', serverName: 'THE_NAME', cert: 'THE_CERT' }

it.each([
  ['self-signed certificate in certificate chain', /trusted authority: THE_CA$/],
  ['unable to verify the first certificate', /trusted authority: THE_CA$/],
  ["Hostname/IP does not match certificate's altnames: …", /for a different host name: THE_NAME$/],
  ['certificate has expired', /server's certificate has expired$/],
  ['wrong version number', /does not speak TLS on this port$/],
])('explains the error and names the setting: %s', (message, meaning) => {
  expect(withTlsHint(message, names)).toMatch(meaning)
})

it('drops the location in OpenSSL', () => {
  const message =
    'Connection error: 40ADC1BADA7F0000:error:0A000416:SSL routines:ssl3_read_bytes:ssl/tls alert certificate unknown:../deps/openssl/rec_layer_s3.c:918:SSL alert number 46\n'
  const hinted = withTlsHint(message, names)
  expect(hinted).toMatch(/^Connection error: ssl\/tls alert certificate unknown; .*: THE_CERT$/)
  expect(hinted).not.toMatch(/deps|40ADC1/)
})

it('names no setting if there is none, and returns other messages unchanged', () => {
  const message = "Hostname/IP does not match certificate's altnames: …"
  expect(withTlsHint(message, { ca: 'THE_CA' })).toMatch(/for a different host name$/)
  expect(withTlsHint('connect ECONNREFUSED', names)).toBe('connect ECONNREFUSED')
})
