import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a version stands: file, and what finds it. */
const PLACES: readonly [file: string, what: string, pattern: RegExp][] = [
  ['package.json', 'version', /^ {2}"version": "(.+)"/m],
  ['package-lock.json', 'version', /^ {2}"version": "(.+)"/m],
  ['helm/Chart.yaml', 'version', /^version: (.+)$/m],
  ['helm/Chart.yaml', 'appVersion', /^appVersion: (.+)$/m],
  ['Dockerfile', 'ARG VERSION', /^ARG VERSION=(.+)$/m],
  ['docker-compose.yml', 'image', /^ *image: inventory-events:(.+)$/m],
]

/** A line for each place with another version; empty if all have this one. */
export async function versionProblems(root: string, version: string): Promise<string[]> {
  const found = await Promise.all(
    PLACES.map(async ([file, what, pattern]) => {
      const [, has = 'none'] = pattern.exec(await readFile(join(root, file), 'utf8')) ?? []
      return { file, what, has }
    }),
  )
  return found
    .filter(({ has }) => has !== version)
    .map(({ file, what, has }) => `${file}: ${what}: expected ${version}, got ${has}`)
}

/** What the changelog says of a version, without its heading. Throws if it says nothing. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m)
  const section = sections.find((each) => each.startsWith(`${version}\n`))
  const notes = section?.slice(version.length).trim()
  if (!notes)
    throw new Error(`CHANGELOG.md: expected a section "## ${version}" that says what changed`)
  return `${notes}\n`
}
