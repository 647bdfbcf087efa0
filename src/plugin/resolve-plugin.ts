import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InventoryEventsError, messageOf } from '../util/errors.ts'

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts']

/**
 * Resolves a plugin to its file. The specifier is a path, or a package installed at or above `cwd`.
 * Throws PLUGIN_INVALID.
 */
export function resolvePlugin(specifier: string, cwd: string): string {
  return isPath(specifier) ? existingFile(specifier, cwd) : packageFile(specifier, cwd)
}

function isPath(specifier: string): boolean {
  return (
    isAbsolute(specifier) ||
    /^\.{1,2}[/\\]/.test(specifier) ||
    specifier.startsWith('file:') ||
    EXTENSIONS.some((extension) => specifier.endsWith(extension))
  )
}

function existingFile(specifier: string, cwd: string): string {
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(cwd, specifier)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile()) return path
  const found = stats === undefined ? 'nothing' : 'something that is not a file'
  throw problem(`expected a ${EXTENSIONS.join(', ')} file at ${path}, got ${found}`)
}

function packageFile(name: string, cwd: string): string {
  const require = createRequire(join(cwd, 'any.js'))
  try {
    return require.resolve(name)
  } catch (error) {
    const entry = importOnlyEntry(name, require.resolve.paths(name) ?? [])
    if (entry !== undefined) return entry
    const hint = 'write a file as a path, such as ./plugins/mine.ts'
    const reason = messageOf(error).split('\n')[0]
    throw problem(`expected a package installed at or above ${cwd} (${hint}): ${reason}`)
  }
}

/** `require.resolve` can't find packages that export only for `import`. */
function importOnlyEntry(name: string, folders: string[]): string | undefined {
  const root = folders.map((dir) => join(dir, name)).find((dir) => existsSync(manifest(dir)))
  if (root === undefined) return undefined
  const { exports } = JSON.parse(readFileSync(manifest(root), 'utf8'))
  const entry = importTarget(exports?.['.'] ?? exports)
  return entry === undefined ? undefined : join(root, entry)
}

function importTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return undefined
  const match = Object.entries(target).find(([name]) =>
    ['node', 'import', 'default'].includes(name),
  )
  return importTarget(match?.[1])
}

function manifest(folder: string): string {
  return join(folder, 'package.json')
}

function problem(message: string): InventoryEventsError {
  return new InventoryEventsError('PLUGIN_INVALID', message)
}
