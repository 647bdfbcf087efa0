import type { Readable } from 'node:stream'

export interface ReceiveOptions {
  /** The Content-Length, if there is one. */
  announcedBytes: number | undefined
  maxBytes: number
  /** Called before memory is allocated; `false` ends it. */
  charge(bytes: number): boolean
}

export type ReceivedBody = Buffer | 'too large' | 'no room' | 'aborted'

const FIRST_BYTES = 4_096

/**
 * Collects a body. Memory is allocated only for bytes that have arrived: an announced body may
 * never come. The bytes are copied into one growing buffer, because many small pieces, such as
 * chunks of one byte, would take far more memory than their bytes.
 */
export function receiveBody(stream: Readable, options: ReceiveOptions): Promise<ReceivedBody> {
  const { maxBytes, charge } = options
  const mostBytes = Math.min(options.announcedBytes ?? maxBytes, maxBytes)
  let buffer = Buffer.alloc(0)
  let length = 0

  function take(piece: Buffer): 'too large' | 'no room' | undefined {
    const needed = length + piece.length
    if (needed > maxBytes) return 'too large'
    if (needed > buffer.length) {
      const size = Math.max(needed, Math.min(Math.max(2 * buffer.length, FIRST_BYTES), mostBytes))
      if (!charge(size - buffer.length)) return 'no room'
      const larger = Buffer.allocUnsafe(size)
      buffer.copy(larger, 0, 0, length)
      buffer = larger
    }
    piece.copy(buffer, length)
    length = needed
    return undefined
  }

  return new Promise((resolve) => {
    const onData = (piece: Buffer) => {
      const refusal = take(piece)
      if (refusal === undefined) return
      // The rest is discarded, so that the client can read the response.
      stream.off('data', onData)
      resolve(refusal)
    }
    stream.on('data', onData)
    stream.once('end', () => resolve(buffer.subarray(0, length)))
    stream.once('error', () => resolve('aborted'))
    stream.once('close', () => resolve('aborted'))
  })
}
