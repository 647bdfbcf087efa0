import { Registry } from 'prom-client'
import { createPluginMetrics } from '../observe/plugin-metrics.ts'
import { PluginLife } from '../plugin/life/plugin-life.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { PluginLog } from '../plugin/plugin.ts'
import { applySettings } from '../plugin/settings/apply-settings.ts'
import { systemClock as clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'

/** The plugin with its validated settings. Throws PLUGIN_INVALID. */
export async function withTestSettings(
  plugin: LoadedPlugin,
  settings: Readonly<Record<string, unknown>> | undefined,
): Promise<LoadedPlugin> {
  const config = { PLUGIN_SETTINGS: settings && { [plugin.slug]: settings } }
  const { plugins, problems } = await applySettings([plugin], { config, env: {} })
  const [given] = plugins
  if (given !== undefined) return given
  throw new InventoryEventsError('PLUGIN_INVALID', problems.map(({ reason }) => reason).join('; '))
}

/** What starts and stops the plugin of one process. */
export function lifeOf(plugin: LoadedPlugin, log: PluginLog): PluginLife {
  const metricsOf = createPluginMetrics(new Registry())
  return new PluginLife({ plugins: [plugin], logOf: () => log, metricsOf, clock })
}

/** Starts the plugin, runs what is to be run, and stops it. */
export async function inLife(
  plugin: LoadedPlugin,
  log: PluginLog,
  run: () => Promise<void>,
): Promise<void> {
  const life = lifeOf(plugin, log)
  await life.start(new AbortController().signal)
  try {
    await run()
  } finally {
    await life.stop(() => false)
  }
}
