import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../../../src/pipeline/handle/deadlines.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function start() {
  const clock = new ManualClock()
  const late: string[] = []
  const deadlines = new Deadlines(100, clock)
  const begin = (name: string, onLate = () => void late.push(`${name} at ${clock.now()}`)) => {
    const timed = { lateAtMs: 0, onLate }
    deadlines.begin(timed)
    return timed
  }
  return { clock, late, deadlines, begin }
}

describe('Deadlines', () => {
  it('notifies each late call at its own time', async () => {
    const { clock, late, begin } = start()
    begin('first')
    await clock.advance(30)
    begin('second')
    await clock.advance(1_000)
    expect(late).toEqual(['first at 100', 'second at 130'])
  })

  it('does not notify calls that ended in time, whichever call the timer was set for', async () => {
    const { clock, late, deadlines, begin } = start()
    const first = begin('first')
    await clock.advance(30)
    begin('second')
    const third = begin('third')
    deadlines.end(first)
    deadlines.end(third)
    await clock.advance(1_000)
    expect(late).toEqual(['second at 130'])
  })

  it('has one timer for all calls, and none while nothing is running', async () => {
    const { clock, deadlines, begin } = start()
    const both = [begin('first'), begin('second')]
    expect(clock.pending).toBe(1)
    for (const each of both) deadlines.end(each)
    expect(clock.pending).toBe(0)
  })

  it('handles a call that begins while another one is being notified', async () => {
    const { clock, late, begin } = start()
    begin('first', () => void begin('next'))
    await clock.advance(1_000)
    expect(late).toEqual(['next at 200'])
  })

  it('ends a late call like any other', async () => {
    const { clock, late, deadlines, begin } = start()
    const first = begin('first')
    await clock.advance(100)
    deadlines.end(first)
    expect([late, clock.pending]).toEqual([['first at 100'], 0])
  })
})
