import { readdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const EXTENSION = '.avsc'
/** In a package, as in this one. */
const PACKAGE_FOLDER = 'schemas'

/**
 * The schema files that a specifier names: a file, a folder with some, or a package installed at or
 * above `cwd` with a folder `schemas`. Throws an Error that says what was expected.
 */
export function findSchemas(specifier: string, cwd: string): string[] {
  if (!isPath(specifier)) return filesIn(packageFolder(specifier, cwd))
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(cwd, specifier)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new Error(`expected a file or a folder at ${path}, got nothing`)
  return stats.isDirectory() ? filesIn(path) : [path]
}

function isPath(specifier: string): boolean {
  return (
    isAbsolute(specifier) ||
    /^\.{1,2}([/\\]|$)/.test(specifier) ||
    specifier.startsWith('file:') ||
    specifier.endsWith(EXTENSION)
  )
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(EXTENSION))
  if (names.length === 0) throw new Error(`expected ${EXTENSION} files in ${folder}, got none`)
  return names.sort().map((name) => join(folder, name))
}

function packageFolder(name: string, cwd: string): string {
  const folder = join('node_modules', name, PACKAGE_FOLDER)
  for (let at = cwd; ; at = dirname(at)) {
    const path = join(at, folder)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
    if (dirname(at) === at) break
  }
  const hint = `write a folder as a path, such as ./${name}`
  throw new Error(`expected ${folder} at or above ${cwd}, got nothing (${hint})`)
}
