import { definePlugin } from 'inventory-events'
import { expect, it, vi } from 'vitest'
import { settings } from '../../../src/config/settings.ts'
import { withDefaults } from '../../../src/plugin/loaded-plugin.ts'
import { runPlugin } from '../../../src/testing/run-plugin.ts'

vi.mock('../../../src/plugin/loaded-plugin.ts', { spy: true })

it('runs a plugin with the defaults of the settings', async () => {
  const plugin = definePlugin({ slug: 'plain', processEvent() {} })
  await runPlugin(plugin, [])
  expect(vi.mocked(withDefaults)).toHaveBeenCalledExactlyOnceWith(plugin, 'test', {
    retry: {
      maxAttempts: Number(settings.RETRY_MAX_ATTEMPTS.default),
      initialDelayMs: Number(settings.RETRY_INITIAL_DELAY_MS.default),
      maxDelayMs: Number(settings.RETRY_MAX_DELAY_MS.default),
    },
    timeoutMs: Number(settings.HANDLER_TIMEOUT_MS.default),
    concurrency: Number(settings.PLUGIN_CONCURRENCY.default),
    maxStateBytes: Number(settings.STATE_MAX_BYTES.default),
  })
})
