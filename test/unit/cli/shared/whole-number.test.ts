import { expect, it } from 'vitest'
import { wholeNumber } from '../../../../src/cli/shared/whole-number.ts'

it('reads whole numbers within its bounds', () => {
  const read = wholeNumber(1, 99_999)
  expect(['1', '42', '99999'].map(read)).toEqual([1, 42, 99_999])
  expect(wholeNumber(0, 9)('0')).toBe(0)
})

it.each(['0', '-1', '100000', '1.5', '1e3', '', ' 1', 'many'])('rejects "%s"', (text) => {
  expect(() => wholeNumber(1, 99_999)(text)).toThrow('expected a whole number from 1 to 99999')
})
