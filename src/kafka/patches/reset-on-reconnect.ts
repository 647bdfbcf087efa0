import type { Socket } from 'node:net'
import { prototypeIn } from './internals.ts'

interface Connection {
  socket?: Socket
  requestQueue: { inflight: ReadonlyMap<number, unknown> }
  /** The part of the next response received so far, and the bytes needed to continue. */
  chunks: Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  isConnected(): boolean
  connect(): Promise<unknown>
}

const LENGTH_BYTES = 4

let done = false

/**
 * Clears the receive buffer when kafkajs reconnects on the same object. If a connection is lost in
 * the middle of a response, kafkajs keeps that part and takes the first bytes of the new connection
 * for the rest. All later responses are then misread, so requests time out, or a decoding error
 * crashes the process. Another version of kafkajs is left unpatched.
 */
export function resetBuffersOnReconnect(): void {
  const connection = prototypeIn<Connection>('network/connection')
  if (done || connection === undefined) return
  done = true
  const { connect } = connection
  connection.connect = function (this: Connection) {
    if (!this.isConnected() && isUnawaited(this)) resetBuffer(this)
    return connect.call(this)
  }
}

/** False for a connection that is closing in order and still waits for responses. */
function isUnawaited({ requestQueue }: Connection): boolean {
  return requestQueue.inflight.size === 0
}

function resetBuffer(connection: Connection): void {
  connection.socket?.removeAllListeners('data')
  connection.chunks = []
  connection.bytesBuffered = 0
  connection.bytesNeeded = LENGTH_BYTES
}
