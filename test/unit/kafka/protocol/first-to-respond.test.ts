import { expect, it, vi } from 'vitest'
import { firstToRespond } from '../../../../src/kafka/protocol/first-to-respond.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

function situation(count: number) {
  const clock = new ManualClock()
  const answers = Array.from({ length: count }, () => Promise.withResolvers<string>())
  const sends = answers.map(({ promise }) => vi.fn(() => promise))
  const result = firstToRespond(sends, 1_000, clock)
  const outcome = vi.fn()
  result.then(outcome, outcome)
  const called = () => sends.filter((send) => send.mock.calls.length > 0).length
  return { clock, answers, called, outcome }
}

it('asks one, and no other if that one responds', async () => {
  const { clock, answers, called, outcome } = situation(3)
  answers[0]!.resolve('first')
  await clock.advance(10_000)
  expect([called(), outcome.mock.calls, clock.pending]).toEqual([1, [['first']], 0])
})

it('asks the next one when one takes long, and takes what comes first', async () => {
  const { clock, answers, called, outcome } = situation(3)
  await clock.advance(1_000)
  expect(called()).toBe(2)
  await clock.advance(999)
  expect(called()).toBe(2)
  answers[0]!.resolve('late, but first')
  await settled()
  expect(outcome).toHaveBeenCalledWith('late, but first')
  answers[1]!.reject(new Error('too late'))
  await clock.advance(5_000)
  expect([called(), clock.pending]).toEqual([2, 0])
})

it('asks the next one at once when one fails, and says what the last one said', async () => {
  const { clock, answers, called, outcome } = situation(2)
  answers[0]!.reject(new Error('one'))
  await settled()
  expect([called(), outcome.mock.calls.length]).toEqual([2, 0])
  answers[1]!.reject(new Error('two'))
  await settled()
  expect(outcome).toHaveBeenCalledWith(new Error('two'))
  expect(clock.pending).toBe(0)
})

it('waits for one that takes long when the others have failed', async () => {
  const { clock, answers, outcome } = situation(2)
  await clock.advance(1_000)
  answers[1]!.reject(new Error('two'))
  await clock.advance(5_000)
  expect(outcome).not.toHaveBeenCalled()
  answers[0]!.resolve('one')
  await settled()
  expect(outcome).toHaveBeenCalledWith('one')
})
