import { describe, expect, it } from 'vitest'
import { AbortCalls } from '../../../src/pipeline/abort-calls.ts'

describe('AbortCalls', () => {
  it('calls whoever is still there when the signal aborts, once', () => {
    const calls = new AbortCalls()
    const controller = new AbortController()
    const called: string[] = []
    const [gone, stays] = ['gone', 'stays'].map((name) => () => void called.push(name))
    calls.add(controller.signal, gone!)
    calls.add(controller.signal, stays!)
    calls.remove(controller.signal, gone!)
    controller.abort()
    controller.abort()
    expect(called).toEqual(['stays'])
  })

  it('keeps signals apart', () => {
    const calls = new AbortCalls()
    const [one, other] = [new AbortController(), new AbortController()]
    const called: string[] = []
    calls.add(one.signal, () => void called.push('one'))
    calls.add(other.signal, () => void called.push('other'))
    other.abort()
    expect(called).toEqual(['other'])
  })
})
