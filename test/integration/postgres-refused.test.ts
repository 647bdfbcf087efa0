import { expect, it } from 'vitest'
import { wasted } from '../support/events.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'

it('rejects a plugin with context.sql if the store has none, and runs the others', async () => {
  const s = await situation({ plugins: [] })
  const refused = pluginPath('plugins/transactional')
  const service = serve({ ...s.settings, PLUGINS: `${refused},${pluginPath('plugins/noting')}` })
  const { plugins } = await service.logged('started')
  expect(plugins).toEqual(['noting'])
  expect(service.log().filter(({ level }) => level === 'error')).toEqual([
    expect.objectContaining({
      msg: `plugin transactional in ${refused}: sql: expected IDEMPOTENCY_STORE to be postgres://..., because the plugin uses context.sql`,
    }),
  ])
  await s.publish([wasted('ent_1')])
  await service.logged('noted')
})
