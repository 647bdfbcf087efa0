import type { Socket } from 'node:net'
import kafkajs from 'kafkajs'
import { prototypeIn } from './internals.ts'

interface Connection {
  socket: Socket
  requestQueue: { inflight: ReadonlyMap<number, unknown>; rejectAll(error: Error): void }
  isConnected(): boolean
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
  send(request: unknown): Promise<unknown>
}

const open = new Set<Connection>()

let done = false

/**
 * Closes a connection when a request on it was not answered in time, as Kafka's own client does, so
 * that the next request opens another. kafkajs keeps it: when the network has dropped a connection
 * silently, every later request on it times out as well. Another version of kafkajs is left alone.
 */
export function closeTimedOutConnections(): void {
  const connection = prototypeIn<Connection>('network/connection')
  if (done || connection === undefined) return
  done = true
  const { connect, disconnect, send } = connection
  connection.connect = function (this: Connection) {
    open.add(this)
    return connect.call(this)
  }
  connection.disconnect = async function (this: Connection) {
    open.delete(this)
    const result = await disconnect.call(this)
    rejectUnanswerable(this)
    return result
  }
  connection.send = async function (this: Connection, request) {
    const { socket } = this
    try {
      return await send.call(this, request)
    } catch (error) {
      if ((error as Error).name === 'KafkaJSRequestTimeoutError') drop(socket, error as Error)
      throw error
    }
  }
}

/**
 * Rejects requests sent between kafkajs's last check of its queue and the end of the socket. They
 * get no response, and kafkajs no longer checks their timeouts: they would wait for ever, and with
 * them a member that is joining its group.
 */
function rejectUnanswerable({ requestQueue }: Connection): void {
  if (requestQueue.inflight.size === 0) return
  requestQueue.rejectAll(new kafkajs.KafkaJSConnectionError('Closed connection'))
}

/**
 * Destroys the socket with an error, so that kafkajs rejects the other waiting requests, which it
 * may retry. Idle connections are closed too: they may be dead as well, each would cost a request
 * timeout to find out, and reopening them is cheap.
 */
function drop(socket: Socket, error: Error): void {
  socket.destroy(error)
  for (const connection of open) {
    const isIdle = connection.isConnected() && connection.requestQueue.inflight.size === 0
    if (isIdle) void connection.disconnect()
  }
}
