import { type HandlerReturn, type RejectOptions, reject, skip } from 'inventory-events'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { RETURN, returnOf } from '../../../src/plugin/plugin.ts'

it('tells skip and reject apart and keeps the reason', () => {
  expect(skip('not mine')[RETURN]).toBe('skip')
  expect(reject('no such place')[RETURN]).toBe('reject')
  expect(returnOf(reject('no such place'))).toMatchObject({ why: 'no such place' })
})

it.each([undefined, null, 0, 'skip', true, {}, [], { type: 'skip', why: 'x' }, () => 1])(
  'takes %j for neither',
  (value) => expect(returnOf(value)).toBeUndefined(),
)

describe('reject with a code', () => {
  it('keeps it', () => {
    expect(returnOf(reject('no such bay', { code: 'NO_SUCH_BAY' }))).toMatchObject({
      why: 'no such bay',
      code: 'NO_SUCH_BAY',
    })
    expect(reject('no such bay', {})).not.toHaveProperty('code')
    expectTypeOf(reject).toEqualTypeOf<(why: string, options?: RejectOptions) => HandlerReturn>()
  })

  it.each([
    ['', '""'],
    ['two words', '"two words"'],
    ['line\n', '"line\\n"'],
    ['x'.repeat(101), `"${'x'.repeat(100)}"`],
    [404, 'number'],
    [null, 'object'],
  ])('refuses %j', (code, got) => {
    const expected = `reject: expected as code up to 100 letters, digits and any of . _ : -, got ${got}`
    expect(() => reject('no', { code: code as string })).toThrow(new TypeError(expected))
  })
})
