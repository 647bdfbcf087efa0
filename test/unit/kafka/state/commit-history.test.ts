import { expect, it } from 'vitest'
import { RecordedCommits } from '../../../../src/kafka/state/commit-history.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const p = (partition: number, committedOffset = 0) => ({ topic: 't', partition, committedOffset })

function scene(recorded: string[] = []) {
  const clock = new ManualClock()
  const writes: (readonly string[])[] = []
  const warnings: string[] = []
  const recoveries: string[] = []
  const faults = { isAway: false }
  const history = new RecordedCommits({
    clock,
    log: {
      warn: (_: object, text: string) => void warnings.push(text),
      info: (_: object, text: string) => void recoveries.push(text),
    } as never,
    isRecorded: (place) => recorded.includes(place),
    async write(places) {
      writes.push(places)
      if (faults.isAway) throw new Error('not authorized')
    },
  })
  return { clock, writes, warnings, recoveries, faults, history }
}

it('records each committed partition once, and knows it from then on', async () => {
  const { history, writes } = scene(['t/0'])
  expect([0, 1].map((n) => history.has(p(n)))).toEqual([true, false])
  history.add([p(0), p(1), p(2)])
  history.add([p(1), p(2)])
  history.add([p(3, -1)])
  await settled()
  history.add([p(0), p(1), p(2)])
  await settled()
  expect(writes).toEqual([['t/1', 't/2']])
  expect([0, 1, 2, 3].map((n) => history.has(p(n)))).toEqual([true, true, true, false])
})

it('warns where it may not write, and tries again after a while', async () => {
  const { history, writes, warnings, recoveries, faults, clock } = scene()
  faults.isAway = true
  history.add([p(0)])
  await settled()
  history.add([p(0)])
  await settled()
  expect(writes).toHaveLength(1)
  await clock.advance(5_000)
  history.add([p(0)])
  await settled()
  expect(writes).toHaveLength(2)
  expect(warnings).toEqual([expect.stringContaining('cannot record which partitions')])
  expect(history.has(p(0))).toBe(false)
  expect(recoveries).toEqual([])
  faults.isAway = false
  await clock.advance(5_000)
  history.add([p(0)])
  await settled()
  expect(history.has(p(0))).toBe(true)
  expect(recoveries).toEqual([expect.stringContaining('are recorded again')])
})
