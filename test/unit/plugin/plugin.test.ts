import { expect, it } from 'vitest'
import { reject, returnOf, skip, verbOf } from '../../../src/plugin/plugin.ts'

it('tells skip and reject apart and keeps the reason', () => {
  expect(verbOf(skip('not mine'))).toBe('skip')
  expect(verbOf(reject('no such place'))).toBe('reject')
  expect(returnOf(reject('no such place'))).toMatchObject({ why: 'no such place' })
})

it.each([undefined, null, 0, 'skip', true, {}, [], { type: 'skip', why: 'x' }, () => 1])(
  'takes %j for neither',
  (value) => expect(returnOf(value)).toBeUndefined(),
)
