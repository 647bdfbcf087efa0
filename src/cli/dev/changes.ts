import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../util/clock.ts'

/** What plugins consist of, and what is read with them. */
const WATCHED = /\.([cm]?[jt]s|jsonl?)$/
const INTERVAL_MS = 300

/** The files below a folder, by path: when each was changed, and its size. */
export type Files = ReadonlyMap<string, string>

/**
 * Resolves with a file that has changed since `before`, and all files as they are then; undefined if
 * the signal aborts. Polls: notifications miss changes on shared and mounted folders.
 */
export async function nextChange(
  folder: string,
  before: Files,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<{ changed: string; files: Files } | undefined> {
  while (!signal.aborted) {
    const files = await filesIn(folder)
    const changed = differing(before, files)
    if (changed !== undefined) return { changed, files }
    await clock.sleep(INTERVAL_MS, signal)
  }
  return undefined
}

/** Without packages, and without files and folders whose names begin with a dot. */
export async function filesIn(folder: string, below = ''): Promise<Files> {
  const files = new Map<string, string>()
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const path = join(below, entry.name)
    if (entry.isDirectory()) {
      for (const [inner, state] of await filesIn(folder, path)) files.set(inner, state)
    } else if (WATCHED.test(entry.name)) {
      const found = await stat(join(folder, path)).catch(() => undefined)
      if (found !== undefined) files.set(path, `${found.mtimeMs} ${found.size}`)
    }
  }
  return files
}

function differing(before: Files, after: Files): string | undefined {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].find((path) => before.get(path) !== after.get(path))
}
