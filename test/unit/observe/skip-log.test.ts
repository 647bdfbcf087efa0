import { expect, it } from 'vitest'
import { createMetrics } from '../../../src/observe/metrics.ts'
import { startSkipLog } from '../../../src/observe/skip-log.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

it('logs what was skipped since the last time, each plugin and cause by itself, and the rest at the end', async () => {
  const { eventsSkipped: counter } = createMetrics({ version: '1' })
  const clock = new ManualClock()
  const lines: object[] = []
  const log = { warn: (fields: object) => void lines.push(fields) }
  const skipLog = startSkipLog({ counter, clock, log: log as never })
  const a = counter.tallyOf({ plugin: 'a', why: 'disabled' })
  const b = counter.tallyOf({ plugin: 'b', why: 'events-off' })
  a.count += 3
  await clock.advance(60_000)
  await settled()
  // A scrape in between takes nothing away.
  a.count += 2
  b.count += 1
  await counter.get()
  await clock.advance(60_000)
  await settled()
  await clock.advance(60_000)
  b.count += 4
  await skipLog.stop()
  expect(lines).toEqual([
    { plugin: 'a', why: 'disabled', events: 3 },
    { plugin: 'a', why: 'disabled', events: 2 },
    { plugin: 'b', why: 'events-off', events: 1 },
    { plugin: 'b', why: 'events-off', events: 4 },
  ])
})
