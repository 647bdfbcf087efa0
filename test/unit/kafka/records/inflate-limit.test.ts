import { expect, it } from 'vitest'
import { InflateLimit } from '../../../../src/kafka/records/inflate-limit.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

function situation(heldBytesMax: number) {
  const limit = new InflateLimit(heldBytesMax)
  const begun: string[] = []
  const inflate = (name: string, bytes: number) => {
    const done = Promise.withResolvers<void>()
    const inflated = limit.inflate(async () => {
      begun.push(name)
      await done.promise
      return Buffer.alloc(bytes)
    })
    inflated.catch(() => undefined)
    return { inflated, done }
  }
  return { begun, inflate, limit }
}

it('inflates one batch at a time, in their order', async () => {
  const { begun, inflate } = situation(100)
  const [a, b, c] = [inflate('a', 10), inflate('b', 10), inflate('c', 10)]
  await settle()
  expect(begun).toEqual(['a'])
  a.done.resolve()
  await settle()
  expect(begun).toEqual(['a', 'b'])
  b.done.reject(new Error('no such codec'))
  await expect(b.inflated).rejects.toThrow('no such codec')
  await settle()
  expect(begun).toEqual(['a', 'b', 'c'])
  c.done.resolve()
  expect((await c.inflated).body).toHaveLength(10)
})

it('waits while those that are being read take too much memory', async () => {
  const { begun, inflate } = situation(100)
  const large = inflate('large', 150)
  large.done.resolve()
  const { release } = await large.inflated
  const next = inflate('next', 10)
  await settle()
  expect(begun).toEqual(['large'])
  release()
  await settle()
  expect(begun).toEqual(['large', 'next'])
  next.done.resolve()
  await next.inflated
})

it('lets nobody overtake one that waits', async () => {
  const { begun, inflate } = situation(100)
  const first = inflate('first', 100)
  first.done.resolve()
  const { release } = await first.inflated
  inflate('waiting', 10)
  release()
  inflate('late', 10)
  await settle()
  expect(begun).toEqual(['first', 'waiting'])
})
