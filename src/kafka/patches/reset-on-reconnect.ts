import type { Socket } from 'node:net'
import { prototypeIn } from './internals.ts'

interface Connection {
  socket?: Socket
  requestQueue: { inflight: ReadonlyMap<number, unknown> }
  /** What came of the next answer so far, and how many bytes there must be to go on. */
  chunks: Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  isConnected(): boolean
  connect(): Promise<unknown>
}

const LENGTH_BYTES = 4

let done = false

/**
 * Has a connection that is opened again begin without what came before. Where one is lost in the
 * middle of an answer, kafkajs keeps that part, and takes the first bytes of the new connection for
 * the rest: all answers are read askew from then on, so that requests wait in vain, or the process
 * ends with an error of the reader. Another version of kafkajs is left alone.
 */
export function resetBuffersOnReconnect(): void {
  const connection = prototypeIn<Connection>('network/connection')
  if (done || connection === undefined) return
  done = true
  const { connect } = connection
  connection.connect = function (this: Connection) {
    if (!this.isConnected() && isUnawaited(this)) beginAnew(this)
    return connect.call(this)
  }
}

/** A connection that is closed in good order still waits for answers: those are let in. */
function isUnawaited({ requestQueue }: Connection): boolean {
  return requestQueue.inflight.size === 0
}

function beginAnew(connection: Connection): void {
  connection.socket?.removeAllListeners('data')
  connection.chunks = []
  connection.bytesBuffered = 0
  connection.bytesNeeded = LENGTH_BYTES
}
