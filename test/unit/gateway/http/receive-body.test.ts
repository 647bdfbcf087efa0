import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { receiveBody } from '../../../../src/gateway/http/receive-body.ts'

/** What becomes of a body that comes in these pieces, and what it was charged. */
async function receive(pieces: readonly Buffer[], announcedBytes?: number, roomBytes = 1e9) {
  const stream = new PassThrough()
  const charges: number[] = []
  const received = receiveBody(stream, {
    announcedBytes,
    maxBytes: 100_000,
    charge(bytes) {
      charges.push(bytes)
      return charges.reduce((sum, each) => sum + each, 0) <= roomBytes
    },
  })
  for (const piece of pieces) stream.write(piece)
  stream.end()
  return { received: await received, charges }
}

it('puts the pieces together, and is charged for no more than twice of them, in few steps', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (arrays, isAnnounced) => {
      const buffers = arrays.map((array) => Buffer.from(array))
      const whole = Buffer.concat(buffers)
      const { received, charges } = await receive(buffers, isAnnounced ? whole.length : undefined)
      expect(received).toEqual(whole)
      const charged = charges.reduce((sum, each) => sum + each, 0)
      expect(charged).toBeGreaterThanOrEqual(whole.length)
      expect(charged).toBeLessThanOrEqual(isAnnounced ? whole.length : 4_096 + 2 * whole.length)
      expect(charges.length).toBeLessThan(8)
    }),
  )
})

it('is not charged for what never comes', async () => {
  const { received, charges } = await receive([Buffer.from('{}')], 90_000)
  expect(received).toEqual(Buffer.from('{}'))
  expect(charges).toEqual([4_096])
})

it('ends at what is too large, without room, or aborted', async () => {
  const pieces = Array.from({ length: 11 }, () => Buffer.alloc(10_000))
  expect((await receive(pieces)).received).toBe('too large')
  expect((await receive(pieces, undefined, 50_000)).received).toBe('no room')
  const stream = new PassThrough()
  const received = receiveBody(stream, {
    announcedBytes: 10,
    maxBytes: 10,
    charge: () => true,
  })
  stream.destroy(new Error('reset'))
  expect(await received).toBe('aborted')
})
