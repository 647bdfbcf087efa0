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
 * that the next request opens another. kafkajs keeps it: when the network lost a connection without
 * telling, every later request waits in vain as well. Another version of kafkajs is left alone.
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
    giveUpUnanswerable(this)
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
 * What was sent between kafkajs's last look at its queue and the end of the socket. Nobody will
 * answer it, and kafkajs has stopped looking at the time: it would wait, and a member that joins its
 * group so would stay outside, for ever.
 */
function giveUpUnanswerable({ requestQueue }: Connection): void {
  if (requestQueue.inflight.size === 0) return
  requestQueue.rejectAll(new kafkajs.KafkaJSConnectionError('Closed connection'))
}

/**
 * With an error: kafkajs then gives up the other waiting requests, which it may try again. Idle
 * connections are closed as well. They may be lost too, would each be found out by a request that
 * waits in vain, and cost little to open again.
 */
function drop(socket: Socket, error: Error): void {
  socket.destroy(error)
  for (const connection of open) {
    const isIdle = connection.isConnected() && connection.requestQueue.inflight.size === 0
    if (isIdle) void connection.disconnect()
  }
}
