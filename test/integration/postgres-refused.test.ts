import { expect, it } from 'vitest'
import { wasted } from '../support/events.ts'
import { failureIn, pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('does not start with a plugin that uses context.sql where the store has none', async () => {
  const s = await situation({ plugins: [] })
  await s.publish([wasted('ent_1')])
  const refused = pluginPath('plugins/transactional')
  const service = serve({ ...s.settings, PLUGINS: `${refused},${pluginPath('plugins/noting')}` })
  expect(await service.ended).toBe(1)
  expect(failureIn(service.output.err).problems).toEqual([
    `plugin transactional in ${refused}: sql: expected IDEMPOTENCY_STORE to be postgres://..., because the plugin uses context.sql`,
  ])
  // On a fresh broker the coordinator of a group that never was has to be made first.
  const offsets = await until(() => s.offsets().catch(() => undefined), { what: 'the offsets' })
  expect(offsets.every(({ committed }) => committed === 0)).toBe(true)
})
