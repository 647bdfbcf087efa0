/** What a setting is called where a connection is made: `KAFKA_SSL_CA`. */
export interface TlsNames {
  ca: string
  serverName?: string
  cert?: string
}

type Problem = [pattern: RegExp, what: string, setting?: keyof TlsNames]

/** By the words of Node and OpenSSL: some clients pass them on without the code of the error. */
const PROBLEMS: Problem[] = [
  [
    /self-signed certificate|unable to (verify the first|get (local )?issuer) certificate/,
    'the certificate of the server is not signed by an authority that is trusted here',
    'ca',
  ],
  [/certificate has expired/, 'the certificate of the server has expired'],
  [/certificate is not yet valid/, 'the certificate of the server is not valid yet'],
  [
    /does not match certificate's altnames/,
    'the certificate of the server is for other names',
    'serverName',
  ],
  [
    /alert (.*certificate|unknown ca)/,
    'the server does not take our certificate, or wants one',
    'cert',
  ],
  [/wrong version number|packet length too long/, 'the server does not speak TLS there'],
  [
    /before secure TLS connection was established/,
    'the server ended the handshake; it may not speak TLS there',
  ],
]

/** Its reason amid where it happened, with a line break at the end. */
const OPENSSL = /[\dA-F]+:error:[\dA-F]+:SSL routines:[^:]*:([^:]*):.*\s*/

/** A message with what it means for TLS, and which setting that is about; others as they are. */
export function withTlsHint(message: string, names: TlsNames): string {
  const found = PROBLEMS.find(([pattern]) => pattern.test(message))
  if (found === undefined) return message
  const [, what, setting] = found
  const name = setting === undefined ? undefined : names[setting]
  return `${message.replace(OPENSSL, '$1')}; ${what}${name === undefined ? '' : `: ${name}`}`
}
