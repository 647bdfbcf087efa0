import { expect, it } from 'vitest'
import { SignsOfLife } from '../../../src/kafka/signs-of-life.ts'

it('tells trying in vain from being answered', () => {
  let nowMs = 0
  const signs = new SignsOfLife({ now: () => nowMs })
  nowMs = 10
  signs.tried()
  expect([signs.idleMs, signs.unheardMs]).toEqual([0, 10])
  nowMs = 20
  signs.heard()
  nowMs = 25
  expect([signs.idleMs, signs.unheardMs]).toEqual([5, 5])
})
