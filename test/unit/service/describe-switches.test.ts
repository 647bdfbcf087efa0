import { expect, it } from 'vitest'
import type { PluginState } from '../../../src/control/control-record.ts'
import { Switches } from '../../../src/control/switches.ts'
import { describeSwitches } from '../../../src/service/describe-switches.ts'

const audit = { by: 'ann', at: '2026-01-01T00:00:00Z', why: '' }

function described(eventsEnabled: boolean, states: Record<string, PluginState>) {
  const switches = new Switches(eventsEnabled)
  for (const [slug, state] of Object.entries(states)) {
    switches.apply({ switch: 'plugin', slug, state, ...audit })
  }
  return describeSwitches(switches, ['a', 'b', 'c', 'd'])
}

it('says nothing while all is on, also of plugins of other services', () => {
  expect(described(true, { other: 'paused', a: 'enabled' })).toEqual([
    { name: 'events', ok: true },
    { name: 'plugins', ok: true },
  ])
})

it('says what is off or waits, and leaves the replica ready', () => {
  expect(described(false, { a: 'disabled', b: 'paused', d: 'disabled' })).toEqual([
    { name: 'events', ok: true, note: expect.stringContaining('skipped and committed') },
    {
      name: 'plugins',
      ok: true,
      note: 'disabled: a, d (their events are skipped and committed); paused: b (their events wait)',
    },
  ])
})
