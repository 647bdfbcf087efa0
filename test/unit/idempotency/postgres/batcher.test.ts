import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batcher } from '../../../../src/idempotency/postgres/batcher.ts'

/** Calls stay in flight until the test ends them. */
function scene({ callsMax = 1, batchMax = 100 } = {}) {
  const calls: { requests: readonly number[]; succeed(): void; fail(): void }[] = []
  let out = 0
  const sizes = { out: 0, batch: 0 }
  const batcher = new Batcher<number, string>({
    callsMax,
    batchMax,
    batch(requests) {
      sizes.out = Math.max(sizes.out, ++out)
      sizes.batch = Math.max(sizes.batch, requests.length)
      const call = new Promise<string[]>((resolve, reject) => {
        const succeed = () => resolve(requests.map((each) => `result ${each}`))
        calls.push({ requests, succeed, fail: () => reject(new Error('away')) })
      })
      return call.finally(() => out--)
    },
  })
  const requests = () => calls.map(({ requests }) => requests)
  return {
    batcher,
    calls,
    sizes,
    requests,
    load: (...all: number[]) => all.map((n) => batcher.load(n)),
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('single requests', () => {
  it('are sent together at the end of their turn, and each gets its own result', async () => {
    const { load, requests, calls } = scene()
    const results = load(1, 2)
    await Promise.resolve()
    results.push(...load(3))
    await turn()
    expect(requests()).toEqual([[1, 2, 3]])
    calls[0]?.succeed()
    expect(await Promise.all(results)).toEqual(['result 1', 'result 2', 'result 3'])
  })

  it('wait while the maximum number of calls is in flight, then are sent together', async () => {
    const { batcher, requests, calls } = scene({ callsMax: 2 })
    for (const each of [1, 2, 3, 4]) {
      void batcher.load(each)
      await turn()
    }
    expect(requests()).toEqual([[1], [2]])
    calls[1]?.succeed()
    await turn()
    await turn()
    expect(requests()).toEqual([[1], [2], [3, 4]])
  })

  it('are split into several calls if there are too many for one', async () => {
    const { load, requests } = scene({ callsMax: 2, batchMax: 2 })
    void load(1, 2, 3, 4, 5)
    await turn()
    expect(requests()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('fail with their call, without affecting others', async () => {
    const { load, calls } = scene({ callsMax: 2, batchMax: 2 })
    const results = load(1, 2, 3)
    await turn()
    calls[0]?.fail()
    calls[1]?.succeed()
    const settled = await Promise.allSettled(results)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    const again = load(1)
    await turn()
    calls[2]?.succeed()
    expect(await Promise.all(again)).toEqual(['result 1'])
  })
})

it('is settled when all requests have ended, failed or not, and at once if there are none', async () => {
  const { batcher, load, calls } = scene()
  await batcher.settled()
  const results = Promise.allSettled(load(1))
  await turn()
  void load(2)
  const ended: string[] = []
  const settled = batcher.settled().then(() => ended.push('settled'))
  calls[0]?.fail()
  await results
  await turn()
  expect(ended).toEqual([])
  calls[1]?.succeed()
  await settled
  expect(ended).toEqual(['settled'])
})

it('resolves each request once with its own result, within its limits, whenever calls end', async () => {
  const limits = fc.record({
    callsMax: fc.integer({ min: 1, max: 3 }),
    batchMax: fc.integer({ min: 1, max: 4 }),
  })
  const steps = fc.array(fc.constantFrom('load', 'turn', 'succeed', 'fail'), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(limits, steps, async (options, all) => {
      const { load, requests, calls, sizes, batcher } = scene(options)
      const results: Promise<PromiseSettledResult<string>[]>[] = []
      const failed = new Set<number>()
      let ended = 0
      const end = (how: 'succeed' | 'fail') => {
        const call = calls[ended]
        if (call === undefined) return
        ended += 1
        call[how]()
        if (how === 'fail') for (const each of call.requests) failed.add(each)
      }
      for (const step of all) {
        if (step === 'load') results.push(Promise.allSettled(load(results.length)))
        else if (step === 'turn') await turn()
        else end(step as 'succeed' | 'fail')
      }
      for (let turns = 0; turns <= 2 * results.length; turns++) {
        await turn()
        end('succeed')
      }
      await batcher.settled()
      expect(requests().flat()).toEqual(results.map((_, n) => n))
      expect(sizes.out).toBeLessThanOrEqual(options.callsMax)
      expect(sizes.batch).toBeLessThanOrEqual(options.batchMax)
      for (const [n, [each]] of (await Promise.all(results)).entries()) {
        if (failed.has(n)) expect(each).toHaveProperty('reason.message', 'away')
        else expect(each).toHaveProperty('value', `result ${n}`)
      }
    }),
  )
})
