import { pathToFileURL } from 'node:url'
import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import type { Contract } from '../../avro/schema/contract-schemas.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'
import { applyFilters } from '../../plugin/configured-filters.ts'
import { describeProblem, loadPlugins } from '../../plugin/load-plugins.ts'
import { defaultsFrom, type LoadedPlugin, withDefaults } from '../../plugin/loaded-plugin.ts'
import type { Plugin } from '../../plugin/plugin.ts'
import { resolvePlugin } from '../../plugin/resolve-plugin.ts'
import { applySettings } from '../../plugin/settings/apply-settings.ts'
import type { Probe, Subject } from '../../testing/certify/trial.ts'
import { InventoryEventsError } from '../../util/errors.ts'

type Module = { default: Plugin } & Partial<Record<keyof Probe, unknown>>

/** The plugin with its filters and settings, and how its module is loaded as if for the first time. */
export async function subjectOf(
  specifier: string,
  probeFile: string | undefined,
  env: Environment,
): Promise<Subject & { slug: string }> {
  const config = loadConfig(env)
  const defaults = defaultsFrom(config)
  const contract = loadContract(config.EVENT_SCHEMAS)
  const first = await pluginOf(specifier, contract, env)
  const external = probeFile === undefined ? undefined : await probeModuleOf(probeFile)
  let loads = 0
  return {
    slug: first.slug,
    contract,
    async load() {
      loads += 1
      const url = `${pathToFileURL(first.file)}?certify=${loads}`
      const module = (await import(url)) as Module
      const fresh = withDefaults(module.default, first.file, defaults)
      const { where, settings, secretTexts } = first
      const plugin = { ...fresh, where, settings, secretTexts }
      return { plugin, probe: probeOf(external ?? module) }
    },
  }
}

/** Throws PLUGIN_INVALID or CONFIG_INVALID. */
async function pluginOf(
  specifier: string,
  { kinds }: Contract,
  env: Environment,
): Promise<LoadedPlugin> {
  const config = loadConfig(env)
  const defaults = defaultsFrom(config)
  const loaded = await loadPlugins([specifier], {
    kinds,
    cwd: process.cwd(),
    defaults,
    offersSql: true,
  })
  const given = await applySettings(loaded.plugins, { config, env })
  const problems = [...loaded.problems, ...given.problems]
  if (problems.length > 0) throw invalid(problems.map(describeProblem).join('; '))
  const [plugin] = applyFilters(given.plugins, config.PLUGIN_FILTERS, {
    kinds,
    areAll: false,
  })
  const { slug, sql } = plugin as LoadedPlugin
  if (!sql) return plugin as LoadedPlugin
  throw invalid(`plugin ${slug}: sql: ${SQL}`)
}

const SQL =
  'certify has no database, so it cannot run context.sql. What it would look for cannot happen to these writes: ' +
  'they are committed together with the mark. Test them by runPlugin with the option sql and a database of your own'

async function probeModuleOf(file: string): Promise<object> {
  const module = await import(pathToFileURL(resolvePlugin(file, process.cwd())).href)
  if (probeOf(module) !== undefined) return module
  throw invalid(`${file}: expected to export a function probe(), got nothing`)
}

/** Undefined without a probe. */
function probeOf(module: Partial<Record<keyof Probe, unknown>>): Probe | undefined {
  const { probe, reset } = module
  if (probe === undefined && reset === undefined) return undefined
  if (typeof probe !== 'function') throw invalid('probe: expected an exported function ()')
  if (reset !== undefined && typeof reset !== 'function')
    throw invalid('reset: expected an exported function ()')
  return { probe: () => probe(), ...(reset && { reset: () => reset() }) }
}

function invalid(message: string): InventoryEventsError {
  return new InventoryEventsError('PLUGIN_INVALID', message)
}
