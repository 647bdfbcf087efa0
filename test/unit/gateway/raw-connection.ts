import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { TOKEN } from './gateway-kit.ts'

export function connectTo(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  return socket
}

/** What a raw connection is told until it is closed. */
export async function toldBy(socket: Socket): Promise<string> {
  let told = ''
  socket.on('data', (bytes) => {
    told += bytes
  })
  await once(socket, 'close')
  return told
}

/** Sends the text, and answers what it is told. */
export function talk(url: string, text: string): Promise<string> {
  const socket = connectTo(url)
  socket.write(text)
  return toldBy(socket)
}

/** The head of a request that is let in, the last of its connection; its body is still to come. */
export function headOf(bodyBytes: number | 'chunked'): string {
  const length =
    bodyBytes === 'chunked'
      ? { 'transfer-encoding': 'chunked' }
      : { 'content-length': String(bodyBytes) }
  const headers = {
    ...{ host: 'x', authorization: `Bearer ${TOKEN}`, connection: 'close' },
    ...{ 'content-type': 'application/json', ...length },
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /events HTTP/1.1\r\n${lines.join('')}\r\n`
}
