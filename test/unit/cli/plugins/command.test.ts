import { fileURLToPath } from 'node:url'
import { afterEach, expect, it, vi } from 'vitest'
import { stateText } from '../../../../src/cli/plugins/state-text.ts'
import type { LoadedState } from '../../../../src/plugin/loaded-plugin.ts'
import { runPlugins as run } from './run-plugins.ts'

const example = fileURLToPath(new URL('../../../../examples/plugins/picky.ts', import.meta.url))
const bad = fileURLToPath(new URL('../../../support/bad-plugins/no-handler.ts', import.meta.url))

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

it('lists the plugins of PLUGINS', async () => {
  vi.stubEnv('PLUGINS', example)
  expect(await run('list')).toEqual({
    out: `PLUGIN  TITLE                    FILE\npicky   Fails for some entities  ${example}\n`,
    err: '',
    exitCode: 0,
  })
})

it('checks the named plugins, and prints the options of each', async () => {
  vi.stubEnv('HANDLER_TIMEOUT_MS', '1234')
  const { out, err, exitCode } = await run('check', example)
  expect(out).toContain(`picky: ok (${example})`)
  expect(out).toContain('attempts     2, delays from 10 to 30000 ms, then dead-letter')
  expect(out).toContain('time limit   1234 ms')
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 })
})

it('prints what is said of state, and what of it fails', async () => {
  const stateful = await run('check', example.replace('picky', 'low-stock'))
  expect(stateful.out).toContain(
    '  state        version 1, no upgrade of older ones, up to 65536 bytes, at first {"isLow":false}\n',
  )
  const shown = (initial: () => unknown, more = {}) =>
    stateText({ version: 2, maxBytes: 100, initial, ...more } as LoadedState)
  expect(shown(() => 'x'.repeat(100), { upgrade: () => 0 })).toMatch(
    /^version 2, upgrades older ones, up to 100 bytes, at first "x{50,60}…$/,
  )
  expect(shown(() => undefined)).toContain('at first nothing: initial() returns no JSON')
  const throwing = () => {
    throw new Error('not yet')
  }
  expect(shown(throwing)).toContain('at first nothing: initial() fails with not yet')
})

it('rejects a path that no event has, and prints the fields of filters', async () => {
  const wrong = bad.replace('no-handler', 'wrong-where')
  const [path, meant] = ['data.entty.name', 'data.entity.name']
  expect(await run('check', wrong)).toEqual({
    out: '',
    err: `plugin wrong-where in ${wrong}: where: ${path}: no field of inventory_events.InventoryMoved, did you mean ${meant}?\n`,
    exitCode: 1,
  })
  vi.stubEnv('PLUGIN_FILTERS', JSON.stringify({ picky: { exists: { 'data.entity.name': true } } }))
  const { out } = await run('check', example)
  expect(out).toContain('wants        inventory.*, filtered by data.entity.name\n')
  vi.restoreAllMocks()
  const byFunction = await run('check', bad.replace('no-handler', 'filter-throws'))
  expect(byFunction.out).toContain('wants        events that wantsProcessEvent accepts\n')
})

it('prints the known kinds that a filter accepts', async () => {
  const { out } = await run('check', example)
  expect(out).toMatch(
    /^ {2}kinds {8}(inventory\.\w+(, )?)+$|^ {2}kinds {8}all 10 inventory kinds$/m,
  )
  const where = { prefix: { ce_type: 'inventory.mer' } }
  vi.stubEnv('PLUGIN_FILTERS', JSON.stringify({ 'every-event': where }))
  const every = example.replace('picky', 'every-event')
  vi.stubEnv('PLUGINS', every)
  expect((await run('check')).out).toContain(
    '  kinds        inventory.merged, inventory.merge.reverted\n  InvenTree    none of the specific events\n',
  )
})

it('refuses filters for kinds that look mistyped, unless they are meant', async () => {
  const mistyped = bad.replace('no-handler', 'mistyped')
  expect(await run('check', mistyped)).toEqual({
    out: '',
    err: `plugin mistyped in ${mistyped}: "inventory.movd" is unknown, did you mean inventory.moved? --allow-unknown-kinds accepts it\n`,
    exitCode: 1,
  })
  vi.restoreAllMocks()
  const meant = await run('check', mistyped, '--allow-unknown-kinds')
  expect(meant).toMatchObject({ err: '', exitCode: 0 })
  expect(meant.out).toContain('  kinds        inventory.wasted\n')
})

it('exits with 1 if a plugin is invalid, and still prints the valid ones', async () => {
  const { out, err, exitCode } = await run('check', bad, example)
  expect(out).toContain('picky: ok')
  expect(err).toBe(
    `plugin no-handler in ${bad}: processEvent: required, expected a function (event, context), got nothing\n`,
  )
  expect(exitCode).toBe(1)
})

it('reports that no plugin is named', async () => {
  vi.stubEnv('PLUGINS', '')
  await expect(run('check')).rejects.toMatchObject({ code: 'USAGE' })
})
