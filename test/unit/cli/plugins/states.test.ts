import { expect, it } from 'vitest'
import type { Situations } from '../../../../src/cli/plugins/situations.ts'
import { rowOf } from '../../../../src/cli/plugins/states.ts'

function stateShown(events: Situations['events'], status: ReturnType<Situations['of']>) {
  return rowOf('p', { events, of: () => status })[1]
}

it.each([
  ['on', { state: 'enabled', situation: 'enabled' }, 'enabled'],
  ['unknown', { state: 'paused', situation: 'paused' }, 'paused'],
  ['on', { state: 'disabled', situation: 'catching-up' }, 'disabled, catching up'],
  ['off', { state: 'enabled', situation: 'enabled' }, 'events off (else enabled)'],
  ['off', { state: 'paused', situation: 'catching-up' }, 'events off (else paused, catching up)'],
] as const)('with events %s, %j is shown as %s', (events, status, shown) => {
  expect(stateShown(events, status)).toBe(shown)
})

it('has who switched it, when and why', () => {
  const audit = { by: 'ann', at: '2026-01-01T00:00:00Z', why: 'stocktaking' }
  const of = () => ({ state: 'paused', situation: 'paused', ...audit }) as const
  expect(rowOf('p', { events: 'on', of })).toEqual(['p', 'paused', audit.by, audit.at, audit.why])
})
