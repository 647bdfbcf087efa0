import fc from 'fast-check'
import { expect, it } from 'vitest'
import { uuidV7 } from '../../../src/publish/uuid-v7.ts'

it('has the version, the variant and the example of RFC 9562', () => {
  const random = Buffer.from('0cc318c4dc0c0c07398f', 'hex')
  expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

it('sorts by time', () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
  fc.assert(
    fc.property(time, time, (a, b) => {
      fc.pre(a !== b)
      expect(uuidV7(a) < uuidV7(b)).toBe(a < b)
    }),
  )
})
