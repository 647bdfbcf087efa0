import { describe, expect, it } from 'vitest'
import { andThen, tryCatch } from '../../../src/util/maybe-promise.ts'

const fail = (message: string) => {
  throw new Error(message)
}

describe('andThen', () => {
  it('continues at once with a plain value', () => {
    expect(andThen(1, (one) => one + 1)).toBe(2)
  })

  it('continues with a promised value when it resolves', async () => {
    const two = andThen(Promise.resolve(1), (one) => one + 1)
    expect(two).toBeInstanceOf(Promise)
    expect(await two).toBe(2)
  })

  it('passes on a rejection', async () => {
    await expect(andThen(Promise.reject(new Error('no')), () => 1)).rejects.toThrow('no')
  })
})

describe('tryCatch', () => {
  it('returns what the call returns', async () => {
    expect(tryCatch(() => 1, fail as never)).toBe(1)
    expect(await tryCatch(() => Promise.resolve(1), fail as never)).toBe(1)
  })

  it('handles a throw at once', () => {
    const caught = tryCatch<string>(
      () => fail('thrown'),
      (error) => (error as Error).message,
    )
    expect(caught).toBe('thrown')
  })

  it('handles a rejection', async () => {
    const caught = tryCatch<string>(
      () => Promise.reject(new Error('rejected')),
      (error) => (error as Error).message,
    )
    expect(await caught).toBe('rejected')
  })
})
