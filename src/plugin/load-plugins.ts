import { pathToFileURL } from 'node:url'
import type { Kinds } from '../event/kinds.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { messageOf } from '../util/errors.ts'
import { failureLine } from '../util/failure/failure.ts'
import { failureOf } from '../util/failure/failure-of.ts'
import { withTimeout } from '../util/with-timeout.ts'
import type { AnyPlugin } from './batches/batch-plugin.ts'
import { checkPlugin } from './check-plugin.ts'
import { placeOfError } from './error-place.ts'
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
}

export interface LoadOptions {
  /** The kinds that filters are checked with. */
  kinds: Kinds
  /** The folder that relative paths and packages are resolved from. */
  cwd: string
  defaults: PluginDefaults
  /** Whether the idempotency store has `context.sql`. Default false. */
  offersSql?: boolean
  clock?: Clock
  /** How long a module may take to load. Default 10 s. */
  importTimeoutMs?: number
}

/** Loads plugins in the order named. Returns the valid ones, and the problems of the others. */
export async function loadPlugins(
  specifiers: readonly string[],
  options: LoadOptions,
): Promise<{ plugins: LoadedPlugin[]; problems: PluginProblem[] }> {
  letPluginsImportUs()
  const plugins: LoadedPlugin[] = []
  const problems: PluginProblem[] = []
  const slugs: SlugInFile[] = []
  for (const specifier of specifiers) {
    const loaded = await loadPlugin(specifier, options)
    const { slug, file } = loaded
    const conflicts = slug === undefined ? [] : slugConflicts({ slug, file }, slugs)
    if (loaded.plugin !== undefined && conflicts.length === 0) plugins.push(loaded.plugin)
    if (slug !== undefined) slugs.push({ slug, file })
    problems.push(...loaded.problems, ...conflicts)
  }
  return { plugins, problems }
}

/** `plugin cold-chain in /plugins/cold-chain.ts: timeoutMs: expected ..., got '5s'`. */
export function describeProblem({ file, slug, reason }: PluginProblem): string {
  return `plugin ${slug === undefined ? file : `${slug} in ${file}`}: ${reason}`
}

/** A plugin's slug may be known though it can't be run. */
interface Loaded {
  file: string
  slug: string | undefined
  plugin?: LoadedPlugin
  problems: PluginProblem[]
}

interface SlugInFile {
  slug: string
  file: string
}

async function loadPlugin(specifier: string, options: LoadOptions): Promise<Loaded> {
  let file = specifier
  try {
    file = resolvePlugin(specifier, options.cwd)
    return toLoaded(file, await importDefault(file, options), options)
  } catch (error) {
    const slug = undefined
    return { file, slug, problems: [{ file, slug, reason: messageOf(error) }] }
  }
}

function toLoaded(
  file: string,
  exported: unknown,
  { kinds, defaults, offersSql }: LoadOptions,
): Loaded {
  const slug = slugOf(exported)
  const reasons = [...checkPlugin(kinds, exported), ...sqlProblems(exported, offersSql)]
  if (reasons.length > 0) {
    return { file, slug, problems: reasons.map((reason) => ({ file, slug, reason })) }
  }
  return { file, slug, plugin: withDefaults(exported as AnyPlugin, file, defaults), problems: [] }
}

function sqlProblems(exported: unknown, offersSql = false): string[] {
  const { sql } = (exported ?? {}) as Partial<Plugin>
  if (sql !== true || offersSql) return []
  return [
    'sql: expected IDEMPOTENCY_STORE to be postgres://..., because the plugin uses context.sql',
  ]
}

async function importDefault(
  file: string,
  { clock = systemClock, importTimeoutMs = 10_000 }: LoadOptions,
): Promise<unknown> {
  if (/\.m?ts$/.test(file) && !process.features.typescript) throw noTypeScript()
  const imported = import(pathToFileURL(file).href).catch(async (error) => {
    const place = await placeOfError(error, file)
    const at = place === undefined ? '' : `, at ${place}`
    const message = `cannot be loaded: ${thrownText(error)}${at}`
    throw new Error(message, { cause: error })
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

function slugConflicts({ slug, file }: SlugInFile, others: readonly SlugInFile[]): PluginProblem[] {
  const other = others.find((known) => known.slug === slug)
  if (other === undefined) return []
  const reason = other.file === file ? 'listed twice' : `slug is already used by ${other.file}`
  return [{ file, slug, reason }]
}

function slugOf(exported: unknown): string | undefined {
  const slug = (exported as Partial<Plugin> | undefined)?.slug
  return typeof slug === 'string' ? slug : undefined
}

function thrownText(error: unknown): string {
  const { type, message } = failureOf(error)
  return failureLine({ type: type === 'Error' ? undefined : type, message })
}
