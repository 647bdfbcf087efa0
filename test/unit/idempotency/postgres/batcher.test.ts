import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batcher } from '../../../../src/idempotency/postgres/batcher.ts'

/** Calls stay out until the test ends them. */
function scene({ callsMax = 1, batchMax = 100 } = {}) {
  const calls: { asked: readonly number[]; succeed(): void; fail(): void }[] = []
  let out = 0
  const sizes = { out: 0, batch: 0 }
  const gather = new Batcher<number, string>({
    callsMax,
    batchMax,
    batch(asked) {
      sizes.out = Math.max(sizes.out, ++out)
      sizes.batch = Math.max(sizes.batch, asked.length)
      const call = new Promise<string[]>((resolve, reject) => {
        const succeed = () => resolve(asked.map((each) => `answer ${each}`))
        calls.push({ asked, succeed, fail: () => reject(new Error('away')) })
      })
      return call.finally(() => out--)
    },
  })
  const asked = () => calls.map(({ asked }) => asked)
  return { gather, calls, sizes, asked, ask: (...all: number[]) => all.map((n) => gather.load(n)) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('what is asked for one by one', () => {
  it('goes together at the end of the turn in which it comes, and each has its own answer', async () => {
    const { ask, asked, calls } = scene()
    const answers = ask(1, 2)
    await Promise.resolve()
    answers.push(...ask(3))
    await turn()
    expect(asked()).toEqual([[1, 2, 3]])
    calls[0]?.succeed()
    expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2', 'answer 3'])
  })

  it('waits while as many calls are out as may be, and then goes together', async () => {
    const { gather, asked, calls } = scene({ callsMax: 2 })
    for (const each of [1, 2, 3, 4]) {
      void gather.load(each)
      await turn()
    }
    expect(asked()).toEqual([[1], [2]])
    calls[1]?.succeed()
    await turn()
    await turn()
    expect(asked()).toEqual([[1], [2], [3, 4]])
  })

  it('goes in several calls where it is too much for one', async () => {
    const { ask, asked } = scene({ callsMax: 2, batchMax: 2 })
    void ask(1, 2, 3, 4, 5)
    await turn()
    expect(asked()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('fails with its call, and nothing else does', async () => {
    const { ask, calls } = scene({ callsMax: 2, batchMax: 2 })
    const answers = ask(1, 2, 3)
    await turn()
    calls[0]?.fail()
    calls[1]?.succeed()
    const settled = await Promise.allSettled(answers)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    const again = ask(1)
    await turn()
    calls[2]?.succeed()
    expect(await Promise.all(again)).toEqual(['answer 1'])
  })
})

it('is settled when all is answered, failed or not, and at once when nothing was asked for', async () => {
  const { gather, ask, calls } = scene()
  await gather.settled()
  const answers = Promise.allSettled(ask(1))
  await turn()
  void ask(2)
  const ended: string[] = []
  const settled = gather.settled().then(() => ended.push('settled'))
  calls[0]?.fail()
  await answers
  await turn()
  expect(ended).toEqual([])
  calls[1]?.succeed()
  await settled
  expect(ended).toEqual(['settled'])
})

it('answers each with its own, once, and keeps its limits, whenever calls end', async () => {
  const limits = fc.record({
    callsMax: fc.integer({ min: 1, max: 3 }),
    batchMax: fc.integer({ min: 1, max: 4 }),
  })
  const steps = fc.array(fc.constantFrom('ask', 'turn', 'succeed', 'fail'), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(limits, steps, async (options, all) => {
      const { ask, asked, calls, sizes, gather } = scene(options)
      const answers: Promise<PromiseSettledResult<string>[]>[] = []
      const failed = new Set<number>()
      let ended = 0
      const end = (how: 'succeed' | 'fail') => {
        const call = calls[ended]
        if (call === undefined) return
        ended += 1
        call[how]()
        if (how === 'fail') for (const each of call.asked) failed.add(each)
      }
      for (const step of all) {
        if (step === 'ask') answers.push(Promise.allSettled(ask(answers.length)))
        else if (step === 'turn') await turn()
        else end(step as 'succeed' | 'fail')
      }
      for (let turns = 0; turns <= 2 * answers.length; turns++) {
        await turn()
        end('succeed')
      }
      await gather.settled()
      expect(asked().flat()).toEqual(answers.map((_, n) => n))
      expect(sizes.out).toBeLessThanOrEqual(options.callsMax)
      expect(sizes.batch).toBeLessThanOrEqual(options.batchMax)
      for (const [n, [each]] of (await Promise.all(answers)).entries()) {
        if (failed.has(n)) expect(each).toHaveProperty('reason.message', 'away')
        else expect(each).toHaveProperty('value', `answer ${n}`)
      }
    }),
  )
})
