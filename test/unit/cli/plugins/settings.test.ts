import { fileURLToPath } from 'node:url'
import { afterEach, expect, it, vi } from 'vitest'
import { describePluginSettings } from '../../../../src/cli/shared/plugin-settings-text.ts'
import { runPlugins as run } from './run-plugins.ts'

const at = (name: string) => fileURLToPath(new URL(`../../../support/${name}.ts`, import.meta.url))
const pooled = at('plugins/pooled')
const URL_HERE = 'postgres://me:hush@localhost/db'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

it('checks settings that are given, and names those of a plugin', async () => {
  vi.stubEnv('PLUGIN_POOLED_DATABASE_URL', URL_HERE)
  const { out, err, exitCode } = await run('check', pooled)
  expect(out).toContain('  settings     databaseUrl (secret), callMs\n')
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 })
})

it('does not refuse a plugin whose settings are not given here, and starts none', async () => {
  const { out, err, exitCode } = await run('check', pooled)
  expect(out).toContain(
    '  settings     databaseUrl (secret), callMs; none are given here, so they are not checked\n',
  )
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 })
  expect(await run('check', at('bad-plugins/start-throws'))).toMatchObject({ exitCode: 0 })
})

it.each(['check', 'list'])('%s reports settings that are given wrong', async (command) => {
  vi.stubEnv('PLUGINS', pooled)
  vi.stubEnv('PLUGIN_SETTINGS', '{"pooled": {"callMs": 1}, "poled": {}}')
  vi.stubEnv('PLUGIN_POOLED_DATABASE_URL', 'hush')
  const { out, err, exitCode } = await run(command)
  expect(out).toBe('')
  expect(err.split('\n')).toEqual([
    `plugin pooled in ${pooled}: settings.databaseUrl: refused (why is not shown: it is secret) (from PLUGIN_POOLED_DATABASE_URL)`,
    'PLUGIN_SETTINGS: poled: no such plugin, did you mean pooled?',
    '',
  ])
  expect(exitCode).toBe(1)
})

it('prints the settings of plugins with their sources, secrets masked', async () => {
  const env = {
    PLUGINS: pooled,
    PLUGIN_POOLED_DATABASE_URL: URL_HERE,
    PLUGIN_SETTINGS: '{"pooled": {"callMs": 5}}',
  }
  expect(await describePluginSettings(env)).toEqual({
    lines: [
      'pooled.callMs       5  (PLUGIN_SETTINGS)',
      'pooled.databaseUrl  ***  (PLUGIN_POOLED_DATABASE_URL)',
    ],
    problems: [],
    notes: [],
  })
  const without = await describePluginSettings({ PLUGINS: pooled })
  expect(without.lines).toEqual([
    'pooled.databaseUrl  -  (not set)',
    'pooled.callMs       -  (not set)',
  ])
  expect(without.problems).toEqual([expect.stringContaining('settings.databaseUrl: ')])
})

it('says of which plugin the settings are not known here', async () => {
  const absent = '/absent/plugin.ts'
  const { lines, problems, notes } = await describePluginSettings({ PLUGINS: absent })
  expect({ lines, problems }).toEqual({ lines: [], problems: [] })
  expect(notes).toEqual([expect.stringContaining(`its settings are not shown: plugin ${absent}`)])
})
