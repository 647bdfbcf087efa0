import { expect, it } from 'vitest'
import { deferred } from '../../../src/util/deferred.ts'

it('resolves with the value', async () => {
  const { promise, resolve } = deferred<number>()
  resolve(1)
  expect(await promise).toBe(1)
})

it('rejects with the error', async () => {
  const { promise, reject } = deferred()
  reject(new Error('failed'))
  await expect(promise).rejects.toThrow('failed')
})
