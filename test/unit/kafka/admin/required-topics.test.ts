import { expect, it } from 'vitest'
import { readTopicsOf, sinksOf } from '../../../../src/topics/names.ts'

it('the service reads the input topics and their redrive topics', () => {
  expect(readTopicsOf(['a', 'b'])).toEqual(['a', 'b', 'a.redrive', 'b.redrive'])
})

it.each([
  ['memory:', ['a.dead-letters', 'a.redrive']],
  ['kafka:', ['a.dead-letters', 'a.redrive', 'a.g.marks']],
] as const)('with store %s an input topic needs %j', (IDEMPOTENCY_STORE, expected) => {
  expect(sinksOf('a', { KAFKA_GROUP_ID: 'g', IDEMPOTENCY_STORE })).toEqual(expected)
})
