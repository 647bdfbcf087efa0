import { describe, expect, it } from 'vitest'
import { andThen, tryCatch } from '../../../src/util/maybe-promise.ts'

const fail = (message: string) => {
  throw new Error(message)
}

describe('andThen', () => {
  it('goes on at once with a value that is there', () => {
    expect(andThen(1, (one) => one + 1)).toBe(2)
  })

  it('goes on with a promised value when it is there', async () => {
    const two = andThen(Promise.resolve(1), (one) => one + 1)
    expect(two).toBeInstanceOf(Promise)
    expect(await two).toBe(2)
  })

  it('passes a rejection on', async () => {
    await expect(andThen(Promise.reject(new Error('no')), () => 1)).rejects.toThrow('no')
  })
})

describe('attempt', () => {
  it('answers what the call answers', async () => {
    expect(tryCatch(() => 1, fail as never)).toBe(1)
    expect(await tryCatch(() => Promise.resolve(1), fail as never)).toBe(1)
  })

  it('makes something of what is thrown, at once', () => {
    const caught = tryCatch<string>(
      () => fail('thrown'),
      (error) => (error as Error).message,
    )
    expect(caught).toBe('thrown')
  })

  it('makes something of what is rejected', async () => {
    const caught = tryCatch<string>(
      () => Promise.reject(new Error('rejected')),
      (error) => (error as Error).message,
    )
    expect(await caught).toBe('rejected')
  })
})
