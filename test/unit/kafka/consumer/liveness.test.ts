import { expect, it } from 'vitest'
import { Liveness } from '../../../../src/kafka/consumer/liveness.ts'

it('tells an attempt from a confirmation', () => {
  let nowMs = 0
  const signs = new Liveness({ elapsedMs: () => nowMs })
  nowMs = 10
  signs.tried()
  nowMs = 25
  expect([signs.sinceTriedMs, signs.sinceConfirmedMs]).toEqual([15, 25])
  signs.confirmed(20)
  expect([signs.sinceTriedMs, signs.sinceConfirmedMs]).toEqual([0, 5])
})

it('counts a confirmation from when it was asked for, and never goes back', () => {
  let nowMs = 0
  const signs = new Liveness({ elapsedMs: () => nowMs })
  nowMs = 60_000
  // Sent before the process was frozen, read after it.
  signs.confirmed(1_000)
  expect(signs.sinceConfirmedMs).toBe(59_000)
  signs.confirmed(500)
  expect(signs.sinceConfirmedMs).toBe(59_000)
})
