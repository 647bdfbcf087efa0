/** The names of the TLS settings of a connection, such as `KAFKA_SSL_CA`. */
export interface TlsNames {
  ca: string
  serverName?: string
  cert?: string
}

type Problem = [pattern: RegExp, what: string, setting?: keyof TlsNames]

/** Matched by the message texts of Node and OpenSSL, because some clients drop the error code. */
const PROBLEMS: Problem[] = [
  [
    /self-signed certificate|unable to (verify the first|get (local )?issuer) certificate/,
    "the server's certificate is not signed by a trusted authority",
    'ca',
  ],
  [/certificate has expired/, "the server's certificate has expired"],
  [/certificate is not yet valid/, "the server's certificate is not valid yet"],
  [
    /does not match certificate's altnames/,
    "the server's certificate is for a different host name",
    'serverName',
  ],
  [
    /alert ([\w ]{0,40}certificate|unknown ca)/,
    'the server rejected the client certificate or requires one',
    'cert',
  ],
  [/wrong version number|packet length too long/, 'the server does not speak TLS on this port'],
  [
    /before secure TLS connection was established/,
    'the server closed the connection during the handshake; it may not speak TLS on this port',
  ],
]

/** OpenSSL's error text: captures the reason, drops the location and the trailing line break. */
const OPENSSL = /[\dA-F]{1,16}:error:[\dA-F]{1,16}:SSL routines:[^:]*:([^:]*):.*\s*/

/** Adds an explanation and the setting to check to a TLS error message; returns others unchanged. */
export function withTlsHint(message: string, names: TlsNames): string {
  const found = PROBLEMS.find(([pattern]) => pattern.test(message))
  if (found === undefined) return message
  const [, what, setting] = found
  const name = setting === undefined ? undefined : names[setting]
  return `${message.replace(OPENSSL, '$1')}; ${what}${name === undefined ? '' : `: ${name}`}`
}
