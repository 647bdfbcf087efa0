import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeCrashCounts, encodeCrashCounts } from '../../../../src/kafka/state/crash-format.ts'

const LIMIT_CHARACTERS = 4_096

const key = fc
  .tuple(fc.nat(), fc.stringMatching(/^[a-z\d][a-z\d-]{0,62}$/))
  .map(([offset, slug]) => `${offset}/${slug}`)

it('has this format, which other versions read too', () => {
  const counts = new Map([
    ['17/cold-chain', 2],
    ['19/labels', 0],
  ])
  const text = '{"v":1,"crashes":{"17/cold-chain":2,"19/labels":0}}'
  expect(encodeCrashCounts(counts)).toBe(text)
  expect(decodeCrashCounts(text)).toEqual(counts)
})

it('is empty if nothing was recorded', () => {
  expect(decodeCrashCounts('')).toEqual(new Map())
})

it('survives a round trip while there is room', () => {
  const few = fc.uniqueArray(fc.tuple(key, fc.nat(100)), { maxLength: 40, selector: ([k]) => k })
  fc.assert(
    fc.property(few, (entries) => {
      const counts = new Map(entries)
      expect(decodeCrashCounts(encodeCrashCounts(counts))).toEqual(counts)
    }),
  )
})

it('stays within the limit, and keeps the highest counts', () => {
  const many = fc.uniqueArray(fc.tuple(key, fc.nat(3)), {
    minLength: 300,
    maxLength: 400,
    selector: ([k]) => k,
  })
  fc.assert(
    fc.property(many, (entries) => {
      const text = encodeCrashCounts(new Map([...entries, ['5/worst', 4]]))
      expect(text.length).toBeLessThanOrEqual(LIMIT_CHARACTERS)
      expect(text.length).toBeGreaterThan(LIMIT_CHARACTERS - 300)
      expect(decodeCrashCounts(text)?.get('5/worst')).toBe(4)
    }),
    { numRuns: 20 },
  )
})

it.each([
  'of another version',
  '{"v":2,"crashes":{"1/a":1}}',
  '{"v":1,"crashes":{"a":1}}',
  '{"v":1,"crashes":{"1/a":-1}}',
  '{"v":1,"crashes":{"1/a":"1"}}',
  '{"v":1}',
  'null',
])('is rejected: %s', (text) => {
  expect(decodeCrashCounts(text)).toBeUndefined()
})
