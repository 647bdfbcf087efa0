import { describe, expect, it } from 'vitest'
import { AbortFanOut } from '../../../../src/pipeline/handle/abort-fan-out.ts'

function losing(called: string[], name: string) {
  return { onLost: () => void called.push(name) }
}

describe('AbortFanOut', () => {
  it('notifies what is still registered when the signal aborts, once', () => {
    const calls = new AbortFanOut()
    const controller = new AbortController()
    const called: string[] = []
    const [gone, stays] = ['gone', 'stays'].map((name) => losing(called, name))
    calls.add(controller.signal, gone!)
    calls.add(controller.signal, stays!)
    calls.remove(controller.signal, gone!)
    controller.abort()
    controller.abort()
    expect(called).toEqual(['stays'])
  })

  it('keeps signals apart', () => {
    const calls = new AbortFanOut()
    const [one, other] = [new AbortController(), new AbortController()]
    const called: string[] = []
    calls.add(one.signal, losing(called, 'one'))
    calls.add(other.signal, losing(called, 'other'))
    other.abort()
    expect(called).toEqual(['other'])
  })

  it('notifies at once if the signal has already aborted', () => {
    const calls = new AbortFanOut()
    const called: string[] = []
    calls.add(AbortSignal.abort(), losing(called, 'late'))
    expect(called).toEqual(['late'])
  })
})
