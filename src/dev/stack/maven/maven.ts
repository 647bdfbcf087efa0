import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InventoryEventsError } from '../../../util/errors.ts'
import { type CommandResult, runCommand } from '../process/run-command.ts'
import { explainMavenFailure, fetchedFile } from './output.ts'
import { pomFor } from './pom.ts'

export interface ResolveJarsOptions {
  /** Names the folder and the messages: `kafka`. */
  name: string
  /** `group:artifact:version`, or `group:artifact:version:type:classifier`. */
  artifacts: string[]
  /** The cache: one sub-folder for each name and set of artifacts, kept for the next call. */
  folder: string
  onProgress?: ((message: string) => void) | undefined
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies'
const STILL_AT_IT_MS = 10_000

/**
 * The files of the artifacts and of all they depend on, as paths for a classpath; fetched by Maven
 * on the first call only. Artifacts that are not jars come without their dependencies.
 * Throws STACK_UNAVAILABLE when Maven or Java is missing, or the download fails.
 */
export async function resolveJars(options: ResolveJarsOptions): Promise<string[]> {
  const target = join(options.folder, `${options.name}-${hashOf(options.artifacts)}`)
  if (!existsSync(target)) await fetchInto(target, options)
  return (await readdir(target)).sort().map((file) => join(target, file))
}

/** Works in a sibling that is renamed when whole, so an interrupted download leaves no half cache. */
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
      // Another process may have fetched the same files meanwhile.
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
    say(
      `${options.name}: ${fetched} files fetched in ${seconds()} s${current && `, now ${current}`}`,
    )
  }, STILL_AT_IT_MS)
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

/** What downloads that were killed have left, once too old to belong to one that still runs. */
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
