import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  /** The file of the certificate. */
  cert: string
  key: string
  /** Key and certificate in one file, as Kafka expects them. */
  both: string
}

export interface Authority {
  /** The file of its own certificate. */
  cert: string
  /** Signs a certificate for `localhost` and a user with this name. -1 day makes an expired one. */
  sign(name: string, days?: number): Certificate
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const FOR_LOCALHOST = ['-addext', 'subjectAltName=DNS:localhost']

/** An authority whose files are in the folder, under its name. */
export function createAuthority(folder: string, name: string): Authority {
  const fileOf = (base: string, ending: string) => join(folder, `${name}-${base}.${ending}`)
  const cert = fileOf('ca', 'pem')
  const key = fileOf('ca', 'key')
  openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', cert, '-subj', `/CN=${name}`)

  function sign(user: string, days = 2): Certificate {
    const own = { cert: fileOf(user, 'pem'), key: fileOf(user, 'key'), both: fileOf(user, 'both') }
    const request = fileOf(user, 'csr')
    const subject = ['-subj', `/CN=${user}`]
    openssl('req', ...NEW_KEY, '-keyout', own.key, '-out', request, ...subject, ...FOR_LOCALHOST)
    const signer = ['-CA', cert, '-CAkey', key, '-CAcreateserial', '-copy_extensions', 'copyall']
    openssl('x509', '-req', '-in', request, ...signer, '-days', `${days}`, '-out', own.cert)
    writeFileSync(own.both, readFileSync(own.key, 'utf8') + readFileSync(own.cert, 'utf8'))
    return own
  }

  return { cert, sign }
}

/** The texts of a certificate for a user and of its key, from an authority of its own. */
export function certificateText(user: string, days?: number): Record<keyof Certificate, string> {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const { cert, key, both } = createAuthority(folder, 'authority').sign(user, days)
  const textOf = (path: string) => readFileSync(path, 'utf8')
  const texts = { cert: textOf(cert), key: textOf(key), both: textOf(both) }
  rmSync(folder, { recursive: true })
  return texts
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
