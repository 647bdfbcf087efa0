import { expect, it } from 'vitest'
import { ResponseBuffers } from '../../../../src/kafka/wire/response-buffers.ts'

const MIB = 1024 * 1024

it('uses memory again once it was given back', () => {
  const buffers = new ResponseBuffers()
  const one = buffers.take(4 * MIB)
  const other = buffers.take(4 * MIB)
  expect(one).toHaveLength(4 * MIB)
  expect(other.buffer).not.toBe(one.buffer)
  buffers.giveBack(one.buffer)
  const again = buffers.take(3 * MIB)
  expect(again.buffer).toBe(one.buffer)
  expect(again).toHaveLength(3 * MIB)
  expect(buffers.take(3 * MIB).buffer).not.toBe(one.buffer)
})

it('ignores what it did not lend, and what was given back before', () => {
  const buffers = new ResponseBuffers()
  const own = buffers.take(MIB)
  const foreign = Buffer.allocUnsafeSlow(own.buffer.byteLength)
  buffers.giveBack(foreign.buffer)
  buffers.giveBack(own.buffer)
  buffers.giveBack(own.buffer)
  const [first, second] = [buffers.take(MIB), buffers.take(MIB)]
  expect(first.buffer).toBe(own.buffer)
  expect(second.buffer).not.toBe(own.buffer)
  expect(second.buffer).not.toBe(foreign.buffer)
})

it('does not lend large memory for little', () => {
  const buffers = new ResponseBuffers()
  const large = buffers.take(8 * MIB)
  buffers.giveBack(large.buffer)
  expect(buffers.take(MIB / 4).buffer.byteLength).toBeLessThan(MIB / 2)
})

it('keeps up to 16 MiB, of what was given back last', () => {
  const buffers = new ResponseBuffers()
  const small = buffers.take(MIB)
  const large = [1, 2, 3, 4].map(() => buffers.take(3 * MIB))
  buffers.giveBack(small.buffer)
  for (const each of large) buffers.giveBack(each.buffer)
  expect(buffers.take(MIB).buffer).not.toBe(small.buffer)
  const kept = [1, 2, 3, 4].map(() => buffers.take(3 * MIB).buffer)
  expect(kept.filter((each) => large.some(({ buffer }) => buffer === each))).toHaveLength(3)
})

it.each([1, 100_000, 9 * MIB])('lends %d bytes without keeping them', (length) => {
  const buffers = new ResponseBuffers()
  const one = buffers.take(length)
  expect(one).toHaveLength(length)
  buffers.giveBack(one.buffer)
  const again = buffers.take(length)
  const isSame = again.buffer === one.buffer && again.byteOffset === one.byteOffset
  expect(isSame).toBe(false)
})
