import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InventoryEventsError } from '../../../util/errors.ts'
import { counted } from '../../../util/text/counted.ts'
import { type CommandResult, runCommand } from '../process/run-command.ts'
import { explainMavenFailure, fetchedFile } from './output.ts'
import { pomFor } from './pom.ts'

export interface ResolveJarsOptions {
  /** Used in the folder name and messages: `kafka`. */
  name: string
  /** `group:artifact:version`, or `group:artifact:version:type:classifier`. */
  artifacts: string[]
  /** The cache: one sub-folder per name and set of artifacts. */
  folder: string
  onProgress?: ((message: string) => void) | undefined
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
const PROGRESS_INTERVAL_MS = 10_000

/**
 * Returns the files of the artifacts and their dependencies, for a classpath. Maven downloads them on
 * the first call only. Artifacts that are not jars come without dependencies. Throws
 * STACK_UNAVAILABLE if Maven or Java is missing, or the download fails.
 */
export async function resolveJars(options: ResolveJarsOptions): Promise<string[]> {
  const target = join(options.folder, `${options.name}-${hashOf(options.artifacts)}`)
  if (!existsSync(target)) await fetchInto(target, options)
  return (await readdir(target)).sort().map((file) => join(target, file))
}

/** Downloads into a sibling folder and renames it, so an interrupted download leaves no partial cache. */
async function fetchInto(target: string, options: ResolveJarsOptions): Promise<void> {
  const partial = `${target}.${randomUUID()}.partial`
  await removePartials(options.folder)
  try {
    await mkdir(join(partial, 'jars'), { recursive: true })
    await writeFile(join(partial, 'pom.xml'), pomFor(options.name, options.artifacts))
    const result = await runMaven(partial, options)
    if (result.exit !== 0) {
      throw new InventoryEventsError('STACK_UNAVAILABLE', explainMavenFailure(options.name, result))
    }
    await rename(join(partial, 'jars'), target).catch((error) => {
      // Another process may have downloaded the same files in the meantime.
      if (!existsSync(target)) throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

async function runMaven(partial: string, options: ResolveJarsOptions): Promise<CommandResult> {
  const say = options.onProgress ?? (() => {})
  const startedAt = Date.now()
  let fetched = 0
  let current = ''
  say(`${options.name}: fetching from Maven`)
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  const timer = setInterval(() => {
    const done = fetched === 0 ? 'nothing fetched yet' : `${counted(fetched, 'file')} fetched`
    say(`${options.name}: ${done}, after ${seconds()} s${current && `; now ${current}`}`)
  }, PROGRESS_INTERVAL_MS)
  try {
    const result = await runCommand(
      'mvn',
      ['-B', COPY, `-DoutputDirectory=${join(partial, 'jars')}`],
      {
        cwd: partial,
        timeoutMs: options.timeoutMs ?? 600_000,
        signal: options.signal,
        onLine(line) {
          const file = fetchedFile(line)
          if (file?.done) fetched++
          else if (file) current = file.name
        },
      },
    )
    if (result.exit === 0) say(`${options.name}: fetched in ${seconds()} s`)
    return result
  } finally {
    clearInterval(timer)
  }
}

const STALE_PARTIAL_MS = 3_600_000

/** Removes leftovers of killed downloads, once they are too old to belong to a running one. */
async function removePartials(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const entry of await readdir(folder)) {
    if (!entry.endsWith('.partial')) continue
    const path = join(folder, entry)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
    if (Date.now() - mtimeMs > STALE_PARTIAL_MS) await rm(path, { recursive: true, force: true })
  }
}

function hashOf(artifacts: string[]): string {
  return createHash('sha256')
    .update([...artifacts].sort().join('\n'))
    .digest('hex')
    .slice(0, 12)
}
