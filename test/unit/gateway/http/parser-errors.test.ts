import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createParserErrors } from '../../../../src/gateway/http/parser-errors.ts'

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('does not start a response within another one', async () => {
  const refused: number[] = []
  const errors = createParserErrors(({ status }) => refused.push(status))
  const server = createServer((_request, response) => void response.write('begun'))
  server.on('clientError', errors.handle)
  errors.watch(server)
  const socket = connect(await listening(server), '127.0.0.1')
  let told = ''
  socket.on('data', (bytes) => {
    // The response has started and is not complete: send invalid HTTP now.
    if (told === '') socket.write('\x16\x03\x01')
    told += bytes
  })
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(socket, 'close')
  expect(told.match(/HTTP/g)).toHaveLength(1)
  expect(refused).toEqual([])
})
