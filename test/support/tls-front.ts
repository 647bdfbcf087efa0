import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import { createAuthority } from './secure-certificates.ts'

export interface TlsFront {
  /** `localhost:port` */
  address: string
  /** The file of the authority to trust. */
  ca: string
  close(): void
}

/** TLS in front of a server that has none. Its files are in the folder. */
export async function tlsFront(folder: string, port: number): Promise<TlsFront> {
  const authority = createAuthority(folder, 'front')
  const { cert, key } = authority.sign('front')
  const options = { cert: readFileSync(cert), key: readFileSync(key) }
  const server = createServer(options, (near) => {
    const far = connect(port, '127.0.0.1')
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const { port: own } = server.address() as AddressInfo
  return { address: `localhost:${own}`, ca: authority.cert, close: () => void server.close() }
}
