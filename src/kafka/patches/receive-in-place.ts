import type { OnReadOpts, Socket } from 'node:net'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { ResponseFrames } from '../wire/response-frames.ts'
import { prototypeIn } from './internals.ts'

interface Connection {
  socket: Socket
  requestQueue: {
    fulfillRequest(response: { size: number; correlationId: number; payload: Buffer }): void
  }
  /** Set while the login to the broker waits for a response. */
  authHandlers: { onSuccess(response: Buffer): void } | null
  processData(data: Buffer): void
}

const READ_BYTES = 256 * 1024
const LENGTH_BYTES = 4
const CORRELATION_ID_BYTES = 4

let isDone = false

/**
 * Has kafkajs copy what it receives at once. It keeps each piece until a response is complete, and makes
 * the response of them then, so that it needs a buffer for each read. A length that no response has
 * ends the connection; kafkajs waits for that many bytes. Another version of kafkajs is left unpatched.
 */
export function receiveInPlace(): void {
  const connection = prototypeIn<Connection>('network/connection')
  if (isDone || connection === undefined) return
  isDone = true
  const framesOf = new WeakMap<Socket, ResponseFrames>()
  connection.processData = function (this: Connection, data) {
    const { socket } = this
    const frames = getOrInsert(framesOf, socket, () => new ResponseFrames())
    try {
      frames.take(data, (frame) => received(this, frame))
    } catch (error) {
      socket.destroy(error as Error)
    }
  }
}

function received({ authHandlers, requestQueue }: Connection, frame: Buffer): void {
  if (authHandlers) {
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeInt32BE(frame.length)
    authHandlers.onSuccess(Buffer.concat([length, frame]))
    return
  }
  if (frame.length < CORRELATION_ID_BYTES)
    throw new RangeError(`a response of ${frame.length} bytes`)
  requestQueue.fulfillRequest({
    size: frame.length,
    correlationId: frame.readInt32BE(),
    payload: frame.subarray(CORRELATION_ID_BYTES),
  })
}

/**
 * The option of a socket that reads into the same buffer each time. What listeners of `data` get is valid
 * only while they run, so that a connection that is not patched gets copies.
 */
export function inPlace(socket: () => Socket): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback(length, buffer) {
      const data = buffer.subarray(0, length)
      socket().emit('data', isDone ? data : Buffer.from(data))
      return true
    },
  }
}
