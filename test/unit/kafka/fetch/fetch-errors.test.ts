import { expect, it } from 'vitest'
import { type FetchError, fetchErrorOf } from '../../../../src/kafka/fetch/fetch-errors.ts'

const CODES: [code: number, FetchError][] = [
  [0, 'none'],
  [1, 'out-of-range'],
  [2, 'failed'],
  [3, 'leader'],
  [5, 'leader'],
  [6, 'leader'],
  [9, 'leader'],
  [29, 'refused'],
  [56, 'leader'],
  [74, 'leader'],
  [75, 'leader'],
  [76, 'failed'],
  [78, 'leader'],
  [100, 'leader'],
  [103, 'leader'],
  [-1, 'failed'],
  [4_711, 'failed'],
]

it.each(CODES)('error code %i of a partition calls for %s', (code, error) => {
  expect(fetchErrorOf(code)).toBe(error)
})
