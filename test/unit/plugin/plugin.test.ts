import {
  type HandlerReturn,
  type RejectOptions,
  type RetryAfterOptions,
  reject,
  retryAfter,
  skip,
} from 'inventory-events'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { RETURN, returnOf } from '../../../src/plugin/returns/returns.ts'

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

describe('retryAfter', () => {
  const uncounted = { countsAsAttempt: false }

  it('keeps delay and reason, and counts as an attempt unless it says not to', () => {
    const part = { [RETURN]: 'retry-after', why: 'limited' }
    expect(retryAfter(0, 'limited')).toEqual({ ...part, delayMs: 0, countsAsAttempt: true })
    expect(retryAfter(1.2, 'limited', {})).toEqual({ ...part, delayMs: 2, countsAsAttempt: true })
    expect(retryAfter(86_400_000, 'limited', uncounted)).toEqual({
      ...{ ...part, delayMs: 86_400_000, countsAsAttempt: false },
    })
    expectTypeOf(retryAfter).toEqualTypeOf<
      (delayMs: number, why: string, options?: RetryAfterOptions) => HandlerReturn
    >()
  })

  it('waits for at least a second where it does not count', () => {
    expect(retryAfter(0, 'limited', uncounted)).toMatchObject({ delayMs: 1_000 })
    expect(retryAfter(1_001, 'limited', uncounted)).toMatchObject({ delayMs: 1_001 })
  })

  it.each([
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [86_400_001, '86400001'],
    ['1000', 'string'],
    [undefined, 'undefined'],
  ])('refuses %j', (delayMs, got) => {
    const expected = `retryAfter: expected as delay 0 to 86400000 milliseconds, got ${got}`
    for (const options of [{}, uncounted]) {
      expect(() => retryAfter(delayMs as number, 'x', options)).toThrow(new RangeError(expected))
    }
  })
})

it('refuses what a newer version returns, as an error of the handler', () => {
  const newer = { [RETURN]: 'park', why: 'x' }
  expect(() => returnOf(newer)).toThrow(
    'processEvent: expected skip, reject, retry-after or nothing, got what another version returns: park',
  )
})
