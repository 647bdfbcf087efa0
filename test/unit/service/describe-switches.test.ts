import { expect, it } from 'vitest'
import type { ControlRecord, PluginState } from '../../../src/control/control-record.ts'
import { Switches } from '../../../src/control/switches.ts'
import { describeSwitches, logSwitches } from '../../../src/service/describe-switches.ts'
import { createLogger } from '../../../src/util/logger.ts'

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

/** The lines that a start logs about these switches. */
function logged(eventsEnabled: boolean, records: ControlRecord[]) {
  const switches = new Switches(eventsEnabled)
  for (const record of records) switches.apply(record)
  const lines: Record<string, unknown>[] = []
  const log = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) })
  logSwitches(switches, ['a', 'b', 'c'], log)
  return lines
}

it('logs how all is switched in one line, whatever happened before', () => {
  const back: ControlRecord[] = [
    { switch: 'plugin', slug: 'a', state: 'paused', ...audit },
    { switch: 'plugin', slug: 'a', state: 'enabled', ...audit },
    { switch: 'events', state: 'off', ...audit },
    { switch: 'events', state: 'on', ...audit },
  ]
  expect(logged(false, back)).toEqual([
    expect.objectContaining({
      level: 'info',
      plugins: 3,
      msg: expect.stringMatching(/^events are on/),
    }),
  ])
  const off: ControlRecord[] = [
    ...back,
    { switch: 'plugin', slug: 'b', state: 'paused', ...audit, why: 'floods' },
    { switch: 'plugin', slug: 'other', state: 'paused', ...audit },
    { switch: 'events', state: 'off', ...audit },
  ]
  expect(logged(true, off)).toEqual([
    expect.objectContaining({
      level: 'warn',
      msg: expect.stringMatching(/^events: off: .*; plugins: paused: b \(their events wait\)$/),
      switched: [
        { switch: 'events', state: 'off', ...audit },
        { plugin: 'b', state: 'paused', ...audit, why: 'floods' },
      ],
    }),
  ])
})
