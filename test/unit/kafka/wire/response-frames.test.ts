import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { responseBuffers } from '../../../../src/kafka/wire/response-buffers.ts'
import { ResponseFrames } from '../../../../src/kafka/wire/response-frames.ts'

const MIB = 1024 * 1024

function framed(frame: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(frame.length)
  return Buffer.concat([length, frame])
}

/** The frames in these bytes, which arrive in pieces of these sizes, each in memory that is used again. */
function received(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const frames = new ResponseFrames()
  const all: Buffer[] = []
  let at = 0
  for (let n = 0; at < bytes.length; n++) {
    const piece = Buffer.from(bytes.subarray(at, at + sizes[n % sizes.length]!))
    frames.take(piece, (frame) => all.push(frame))
    piece.fill(0xff)
    at += piece.length
  }
  return all
}

describe('responses', () => {
  it('are those that were sent, in whatever pieces they arrive', () => {
    const frame = fc.uint8Array({ maxLength: 60 })
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 })
    fc.assert(
      fc.property(fc.array(frame), sizes, (sent, pieces) => {
        const all = received(Buffer.concat(sent.map(framed)), pieces)
        expect(all.map((each) => [...each])).toEqual(sent.map((each) => [...each]))
      }),
    )
  })

  it.each([0.1, 0.2, 3, 9, 33])('of %d MiB are whole', (mib) => {
    const sent = Buffer.alloc(mib * MIB, 'kafka')
    const [frame, next] = received(Buffer.concat([framed(sent), framed(sent)]), [65_536])
    expect(frame!.equals(sent)).toBe(true)
    expect(next!.equals(sent)).toBe(true)
  })

  it('are refused if they state less than no bytes', () => {
    expect(() => received(Buffer.alloc(4, 0xff), [4])).toThrow('a response of -1 bytes')
  })

  it('take memory for what has arrived, whatever their length says', () => {
    const lent: number[] = []
    const { take } = responseBuffers
    responseBuffers.take = (length) => {
      lent.push(length)
      return take.call(responseBuffers, length)
    }
    try {
      // What a web server would send.
      expect(received(Buffer.from('HTTP/1.1 400 Bad Request'), [10])).toEqual([])
    } finally {
      responseBuffers.take = take
    }
    expect(lent).toEqual([8 * MIB])
  })
})
