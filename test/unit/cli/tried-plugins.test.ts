import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { changedFilter } from '../../../src/cli/filters/changed-filter.ts'
import { loadPlugin } from '../../../src/cli/shared/load-plugin.ts'
import { loadConfig } from '../../../src/config/load-config.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`../../support/${name}.ts`, import.meta.url))
const frozen = pathOf('plugins/explained-where')
const wrong = pathOf('bad-plugins/wrong-where')
const broken = pathOf('bad-plugins/throws-at-import')
const typo =
  'where: data.entty.name: no field of inventory_events.InventoryMoved, did you mean data.entity.name?'

async function fileWith(text: string, name = 'changed.json'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backtest-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

async function changed(file: string, filters?: object) {
  vi.stubEnv('PLUGIN_FILTERS', filters && JSON.stringify(filters))
  onTestFinished(() => void vi.unstubAllEnvs())
  const plugin = await loadPlugin('frozen', { ...process.env, PLUGINS: frozen })
  return { plugin, changed: await changedFilter(file, plugin, loadConfig(process.env)) }
}

describe('the plugin under test', () => {
  it('is the one of PLUGINS with that slug, restricted by PLUGIN_FILTERS', async () => {
    const PLUGIN_FILTERS = '{"frozen": {"exists": {"data.to": true}}}'
    const env = { PLUGINS: `${pathOf('plugins/explained')},${frozen}` }
    const plugin = await loadPlugin('frozen', env)
    const narrowed = await loadPlugin('frozen', { ...env, PLUGIN_FILTERS })
    expect(plugin).toMatchObject({ slug: 'frozen', file: frozen })
    expect(narrowed.where).toMatchObject({ type: 'all', filters: [plugin.where, {}] })
  })

  it('is rejected with its problems', async () => {
    await expect(
      loadPlugin('wrong-where', { PLUGINS: `${frozen},${wrong}` }),
    ).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: `plugin wrong-where in ${wrong}: ${typo}`,
    })
  })

  it('is loaded even if another one of PLUGINS is invalid', async () => {
    expect(await loadPlugin('frozen', { PLUGINS: `${wrong},${frozen}` })).toMatchObject({
      slug: 'frozen',
    })
  })

  it('is rejected if another one has its slug, as the service rejects both', async () => {
    const [first, second] = [pathOf('bad-plugins/same-slug-a'), pathOf('bad-plugins/same-slug-b')]
    await expect(loadPlugin('same-slug', { PLUGINS: `${first},${second}` })).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: `plugin same-slug in ${second}: slug is already used by ${first}`,
    })
  })

  it('must be one of PLUGINS, even if the slugs of some are unknown', async () => {
    await expect(loadPlugin('frosen', { PLUGINS: `${frozen},${broken}` })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        /^--plugin: PLUGINS has no plugin frosen, did you mean frozen\?; plugin .*throws-at-import.ts: cannot be loaded.*; this command loads the plugin itself/s,
      ),
    })
    for (const env of [{}, { PLUGINS: ' ' }]) {
      await expect(loadPlugin('frozen', env)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(/^PLUGINS is not set: this command loads the plugin itself/),
      })
    }
  })
})

describe('a changed filter', () => {
  it('in JSON replaces only the where', async () => {
    const { changed: found, plugin } = await changed(
      await fileWith('[{"exact": {"data.to.name": "Freezer"}}]'),
    )
    expect(found).toMatchObject({
      slug: 'frozen',
      where: { type: 'all', filters: [{ type: 'test', operator: 'exact', operand: 'Freezer' }] },
    })
    expect(found.wantsProcessEvent).toBe(plugin.wantsProcessEvent)
  })

  it('is restricted by PLUGIN_FILTERS too', async () => {
    const file = await fileWith('{"exact": {"data.to.name": "Freezer"}}')
    const { changed: found } = await changed(file, { frozen: { exists: { 'data.to': true } } })
    expect(found.where).toMatchObject({
      filters: [{ operand: 'Freezer' }, { operator: 'exists' }],
    })
  })

  it('in JSON is rejected for a path that no schema has, naming plugin, path and schema', async () => {
    const file = await fileWith('{"exact": {"data.entty.name": "x"}}')
    await expect(changed(file)).rejects.toMatchObject({
      code: 'PLUGIN_INVALID',
      message: `plugin frozen in ${file}: ${typo}`,
    })
  })

  it.each(['{', '[]', '"text"', '{"where": {"exists": {"data.to": true}}}'])(
    'is refused if the file holds %s',
    async (text) => {
      await expect(changed(await fileWith(text))).rejects.toThrow(/changed\.json: /)
    },
  )

  it('is rejected if the file does not exist', async () => {
    await expect(changed('nowhere.json')).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^--against: cannot read nowhere.json: ENOENT/),
    })
    await expect(changed('./nowhere.ts')).rejects.toMatchObject({ code: 'PLUGIN_INVALID' })
  })

  it('may be a plugin module, which is validated', async () => {
    const { changed: found } = await changed(pathOf('plugins/explained'))
    expect(found).toMatchObject({ slug: 'takes', where: undefined })
    await expect(changed(wrong)).rejects.toMatchObject({
      message: `plugin wrong-where in ${wrong}: ${typo}`,
    })
  })
})
