import { POOLED_BYTES_MIN, responseBuffers } from '../../src/kafka/wire/response-buffers.ts'

/** Overwrites what is given back, so that a test fails if something still reads it. */
const lent = new WeakSet<ArrayBufferLike>()
const { take, giveBack } = responseBuffers

// Files that share their modules load this one again.
if (!Object.hasOwn(responseBuffers, 'take')) {
  responseBuffers.take = (length) => {
    const buffer = take.call(responseBuffers, length)
    // Smaller ones may be parts of what Node shares.
    if (length >= POOLED_BYTES_MIN) lent.add(buffer.buffer)
    return buffer
  }
  responseBuffers.giveBack = (memory) => {
    if (lent.delete(memory)) new Uint8Array(memory).fill(0xff)
    giveBack.call(responseBuffers, memory)
  }
}
