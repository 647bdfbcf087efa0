import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMade, REPO } from './clone.ts'

/** The files of the repository under a folder, by their paths from its root. */
export function filesUnder(folder = ''): string[] {
  return readdirSync(join(REPO, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (isMade(path)) return []
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

export function textOf(path: string): string {
  return readFileSync(join(REPO, path), 'utf8')
}

export interface Import {
  /** The specifier as written; a relative one is resolved from the root of the repository. */
  target: string
  /** A type-only import, which is erased at run time. */
  isType: boolean
}

/** The imports of a TypeScript file, in every syntax. */
export function importsOf(path: string): Import[] {
  const text = textOf(path)
  const statements = text.matchAll(/^(?:import|export) ([^'"`;()]*?\bfrom )?'([^']+)'/gm)
  const calls = text.matchAll(
    /\b(?:import|require|createRequire\(import\.meta\.url\))\(\s*'([^']+)'/g,
  )
  return [
    ...[...statements].map(([, clause = '', specifier]) => ({
      target: resolved(specifier!, path),
      isType: isTypeClause(clause),
    })),
    ...[...calls].map(([, specifier]) => ({ target: resolved(specifier!, path), isType: false })),
  ]
}

function isTypeClause(clause: string): boolean {
  if (clause.startsWith('type ')) return true
  const names = /^\{([^}]*)\}/
    .exec(clause)?.[1]
    ?.split(',')
    .map((name) => name.trim())
  return names?.every((name) => name === '' || name.startsWith('type ')) ?? false
}

function resolved(specifier: string, path: string): string {
  return specifier.startsWith('.') ? join(path, '..', specifier) : specifier
}
