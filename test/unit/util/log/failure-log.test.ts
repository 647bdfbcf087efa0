import { expect, it } from 'vitest'
import { FailureLog } from '../../../../src/util/log/failure-log.ts'
import { createLogger } from '../../../../src/util/logger.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function scene() {
  const clock = new ManualClock()
  const lines: Record<string, unknown>[] = []
  const log = createLogger('info', { write: (line) => void lines.push(JSON.parse(line)) })
  return { clock, lines, failures: new FailureLog({ log, clock }) }
}

it('says nothing of what works', () => {
  const { lines, failures } = scene()
  failures.worked({}, 'works again')
  expect(lines).toEqual([])
})

it('counts what it leaves out, and says how long it took', async () => {
  const { clock, lines, failures } = scene()
  for (let second = 0; second < 90; second++) {
    failures.failed({ second }, 'no luck')
    await clock.advance(1_000)
  }
  failures.worked({ at: 'last' }, 'works again')
  expect(lines).toMatchObject([
    { level: 'warn', second: 0, msg: 'no luck' },
    { level: 'warn', second: 60, unsaid: 60, msg: 'no luck; for 1 min now' },
    { level: 'info', at: 'last', unsaid: 29, msg: 'works again after 1.5 min' },
  ])
})

it('takes a failure after a long silence for a new one', async () => {
  const { clock, lines, failures } = scene()
  failures.failed({}, 'no luck')
  await clock.advance(3_600_000)
  failures.failed({}, 'no luck')
  expect(lines.map(({ msg }) => msg)).toEqual(['no luck', 'no luck'])
})
