import { expect, it } from 'vitest'
import { isSharedOut } from '../../../../src/dev/replicas/shared-out.ts'

const all = ['t/0', 't/1', 't/2']

it.each([
  [true, [['t/0', 't/2'], ['t/1']]],
  [true, [['t/2', 't/1', 't/0']]],
  [false, [['t/0', 't/1', 't/2'], []]],
  [false, [['t/0', 't/1'], ['t/1']]],
  [false, [['t/0', 't/1', 't/2'], ['t/1']]],
  [false, [['t/0'], ['t/1']]],
])('is %s of %j', (expected, owned) => {
  expect(isSharedOut(owned, all)).toBe(expected)
})
