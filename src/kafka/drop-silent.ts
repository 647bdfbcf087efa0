import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

interface Connection {
  socket: Socket
  send(request: unknown): Promise<unknown>
}

const require = createRequire(import.meta.url)

/** The version whose source the change below was read against. */
const KNOWN_VERSION = '2.2.4'

let done = false

/**
 * Closes a connection when a request on it was not answered in time, as Kafka's own client does, so
 * that the next request opens another. kafkajs keeps it: when the network lost a connection without
 * telling, every later request waits in vain as well. Another version of kafkajs is left alone.
 */
export function dropSilentConnections(): void {
  if (done || require('kafkajs/package.json').version !== KNOWN_VERSION) return
  done = true
  const connection = require('kafkajs/src/network/connection').prototype as Connection
  const send = connection.send
  connection.send = async function (this: Connection, request) {
    const { socket } = this
    try {
      return await send.call(this, request)
    } catch (error) {
      const isSilent = (error as Error).name === 'KafkaJSRequestTimeoutError'
      // With an error: kafkajs then gives the other waiting requests up, which it may try again.
      if (isSilent) socket.destroy(error as Error)
      throw error
    }
  }
}
