import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shortText } from '../../../../src/avro/binary/short-text.ts'

it('decodes a few bytes of ASCII as a native call does, wherever they are', () => {
  const ascii = fc.array(fc.integer({ min: 0, max: 0x7f }), { maxLength: 14 })
  fc.assert(
    fc.property(
      ascii,
      fc.uint8Array({ maxLength: 3 }),
      fc.uint8Array({ maxLength: 3 }),
      (...all) => {
        const [codes, before, behind] = all
        const bytes = Buffer.from([...before, ...codes, ...behind])
        const end = before.length + codes.length
        const text = codes.length > 12 ? undefined : Buffer.from(codes).toString('latin1')
        expect(shortText(bytes, before.length, end)).toBe(text)
      },
    ),
    { numRuns: 500 },
  )
})

it('leaves all else to the native call', () => {
  for (const text of ['é', 'Kühlraum', 'more than twelve']) {
    const bytes = Buffer.from(text)
    expect(shortText(bytes, 0, bytes.length)).toBeUndefined()
  }
})
