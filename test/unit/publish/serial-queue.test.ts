import { describe, expect, it } from 'vitest'
import { createSerialQueue } from '../../../src/publish/serial-queue.ts'

function setUp() {
  const inOrder = createSerialQueue()
  const done: string[] = []
  const ends: (() => void)[] = []
  const quick = (name: string) => inOrder(() => void done.push(name))
  const slow = (name: string) =>
    inOrder(async () => {
      await new Promise<void>((end) => ends.push(end))
      done.push(name)
    })
  return { quick, slow, done, ends }
}

describe('steps in order', () => {
  it('run synchronously while none waits', () => {
    const { quick, done } = setUp()
    expect([quick('a'), quick('b')]).toEqual([undefined, undefined])
    expect(done).toEqual(['a', 'b'])
  })

  it('do not overtake one that waits, and are synchronous again after it', async () => {
    const { quick, slow, done, ends } = setUp()
    const first = slow('a')
    const others = [quick('b'), slow('c'), quick('d')]
    expect(done).toEqual([])
    ends[0]!()
    await first
    await others[0]
    expect(done).toEqual(['a', 'b'])
    ends[1]!()
    await Promise.all(others)
    expect(quick('e')).toBeUndefined()
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
