import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import type { Config } from '../../config/settings.ts'
import { readFilter } from '../../filter/read-filter.ts'
import { applyFilters, whereProblems } from '../../plugin/configured-filters.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'

/**
 * The plugin with the filters of a file: a plugin module, or JSON that replaces its `where`. Throws
 * USAGE or PLUGIN_INVALID.
 */
export async function changedFilter(
  file: string,
  plugin: LoadedPlugin,
  config: Pick<Config, 'PLUGIN_FILTERS' | 'EVENT_SCHEMAS'>,
): Promise<LoadedPlugin> {
  if (!file.endsWith('.json')) return loadModule(file)
  const where = parse(file, await read(file))
  const { slug } = plugin
  const { kinds } = loadContract(config.EVENT_SCHEMAS)
  const problems = whereProblems(kinds, where, { at: 'where', ...plugin })
  if (problems.length > 0) {
    const reason = problems.join('; ')
    const message = describeProblem({ file: resolve(file), slug, reason })
    throw new InventoryEventsError('PLUGIN_INVALID', message)
  }
  const changed = { ...plugin, where: readFilter(where, 'where').filter }
  return applyFilters([changed], config.PLUGIN_FILTERS, { kinds, areAll: false })[0] as LoadedPlugin
}

async function loadModule(file: string): Promise<LoadedPlugin> {
  const { plugins, problems } = await loadNamedOrConfigured([file], process.env)
  const [changed] = plugins
  if (changed !== undefined) return changed
  throw new InventoryEventsError('PLUGIN_INVALID', problems.map(describeProblem).join('; '))
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    const message = `--against: cannot read ${file}: ${messageOf(error)}`
    throw new InventoryEventsError('USAGE', message, { cause: error })
  })
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = `--against: expected JSON in ${file}: ${messageOf(error)}`
    throw new InventoryEventsError('USAGE', message, { cause: error })
  }
}
