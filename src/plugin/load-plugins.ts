import { pathToFileURL } from 'node:url'
import { type Clock, systemClock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import { withTimeout } from '../util/with-timeout.ts'
import { checkPlugin } from './check-plugin.ts'
import { letPluginsImportUs } from './import-self.ts'
import { type LoadedPlugin, type PluginDefaults, withDefaults } from './loaded-plugin.ts'
import type { Plugin } from './plugin.ts'
import { resolvePlugin } from './resolve-plugin.ts'

/** Why a plugin can't be run. */
export interface PluginProblem {
  /** The file, or the specifier if no file was found. */
  file: string
  slug: string | undefined
  /** What is wrong and what was expected. */
  reason: string
  /** No file was found: the setting is wrong rather than the plugin. */
  isMissing: boolean
}

export interface LoadOptions {
  /** The folder that relative paths and packages are resolved from. */
  cwd: string
  defaults: PluginDefaults
  /** Whether the idempotency store has `context.sql`. Default false. */
  offersSql?: boolean
  clock?: Clock
  /** How long a module may take to load. Default 10 s. */
  importTimeoutMs?: number
}

type Loaded = { plugins: LoadedPlugin[]; problems: PluginProblem[] }

/** Loads plugins in the order named. Returns the valid ones, and the problems of the others. */
export async function loadPlugins(
  specifiers: readonly string[],
  options: LoadOptions,
): Promise<Loaded> {
  letPluginsImportUs()
  const loaded: Loaded = { plugins: [], problems: [] }
  for (const specifier of specifiers) {
    const { plugin, problems } = await loadPlugin(specifier, options)
    const conflicts = plugin === undefined ? [] : slugConflicts(plugin, loaded.plugins)
    if (plugin !== undefined && conflicts.length === 0) loaded.plugins.push(plugin)
    loaded.problems.push(...problems, ...conflicts)
  }
  return loaded
}

/** `plugin cold-chain in /plugins/cold-chain.ts: timeoutMs: expected ..., got '5s'`. */
export function describeProblem({ file, slug, reason }: PluginProblem): string {
  return `plugin ${slug === undefined ? file : `${slug} in ${file}`}: ${reason}`
}

async function loadPlugin(
  specifier: string,
  options: LoadOptions,
): Promise<{ plugin?: LoadedPlugin; problems: PluginProblem[] }> {
  let file: string | undefined
  try {
    file = resolvePlugin(specifier, options.cwd)
    return judge(file, await importDefault(file, options), options)
  } catch (error) {
    const reason = messageOf(error)
    const isMissing = file === undefined
    return { problems: [{ file: file ?? specifier, slug: undefined, reason, isMissing }] }
  }
}

function judge(
  file: string,
  exported: unknown,
  { defaults, offersSql = false }: LoadOptions,
): { plugin?: LoadedPlugin; problems: PluginProblem[] } {
  const reasons = [...checkPlugin(exported), ...storeProblems(exported, offersSql)]
  if (reasons.length === 0) {
    return { plugin: withDefaults(exported as Plugin, file, defaults), problems: [] }
  }
  const slug = slugOf(exported)
  return { problems: reasons.map((reason) => ({ file, slug, reason, isMissing: false })) }
}

function storeProblems(exported: unknown, offersSql: boolean): string[] {
  if (offersSql || (exported as Partial<Plugin> | undefined)?.sql !== true) return []
  return [
    'sql: expected IDEMPOTENCY_STORE to be postgres://..., because the plugin uses context.sql',
  ]
}

async function importDefault(
  file: string,
  { clock = systemClock, importTimeoutMs = 10_000 }: LoadOptions,
): Promise<unknown> {
  if (/\.m?ts$/.test(file) && !process.features.typescript) throw noTypeScript()
  const imported = import(pathToFileURL(file).href).catch((error) => {
    throw new Error(`cannot be loaded: ${errorNameOf(error)}${messageOf(error)}`, { cause: error })
  })
  // A top-level await may never end.
  const late = () => new Error(`cannot be loaded: expected it to load within ${importTimeoutMs} ms`)
  const module = await withTimeout(imported, importTimeoutMs, late, clock)
  return module.default
}

function noTypeScript(): Error {
  return new Error(
    `expected JavaScript, because Node ${process.version} does not run TypeScript: ` +
      'compile the plugin, or use Node 22.18 or newer',
  )
}

function slugConflicts(plugin: LoadedPlugin, others: LoadedPlugin[]): PluginProblem[] {
  const { file, slug } = plugin
  const other = others.find((known) => known.slug === slug)
  if (other === undefined) return []
  const reason =
    other.file === file ? 'listed twice' : `slug: expected a unique one, ${other.file} has it too`
  return [{ file, slug, reason, isMissing: false }]
}

function slugOf(exported: unknown): string | undefined {
  const slug = (exported as Partial<Plugin> | undefined)?.slug
  return typeof slug === 'string' ? slug : undefined
}

function errorNameOf(error: unknown): string {
  return error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : ''
}
