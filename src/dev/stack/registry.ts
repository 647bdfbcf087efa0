import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InventoryEventsError } from '../../util/errors.ts'
import { resolveJars } from './maven/maven.ts'
import { waitUntilReady } from './process/launch.ts'
import { runCommand } from './process/run-command.ts'
import { isRegistryReady } from './readiness.ts'
import type { Site } from './site.ts'

/**
 * Apicurio 2.5 to 3.1.6 return 500 for a schema that refers to itself through a map, like the contract's
 * JSON value (Apicurio/apicurio-registry#7023); versions with the fix need Java 21.
 */
const VERSION = '2.4.2.Final'
const ARTIFACTS = [`io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`]
const READY_MS = 90_000
const UNPACK_MS = 120_000

/** Downloads and unpacks the registry. Returns its folder. */
export async function fetchRegistry(site: Site): Promise<string> {
  const { jarsFolder: folder, say: onProgress, signal } = site
  const artifacts = ARTIFACTS
  const [archive] = await resolveJars({ name: 'registry', artifacts, folder, onProgress, signal })
  const target = join(folder, `registry-${VERSION}-unpacked`)
  if (!existsSync(target)) await unpack(archive!, target, signal)
  return target
}

/** Starts Apicurio with its Confluent API. Subjects and ids stay in `<folder>/registry` for the next start. */
export async function startRegistry(site: Site, program: string, port: number): Promise<void> {
  const url = registryUrl(port)
  const database = join(site.folder, 'registry', 'db')
  site.say(`registry: starting at ${url}`)
  const registry = site.launch({
    name: 'registry',
    args: [
      '-Xmx384m',
      '-XX:TieredStopAtLevel=1',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      '-jar',
      join(program, `apicurio-registry-app-${VERSION}-runner.jar`),
    ],
    env: {
      // No write delay, so that acknowledged writes survive a kill.
      REGISTRY_DATASOURCE_URL: `jdbc:h2:file:${database};WRITE_DELAY=0`,
      LOG_LEVEL: 'WARN',
      REGISTRY_LOG_LEVEL: 'WARN',
    },
  })
  const what = `the schema registry at ${url} to respond`
  await waitUntilReady(registry, what, () => isRegistryReady(url), { ...site, timeoutMs: READY_MS })
}

export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`
}

async function unpack(archive: string, target: string, signal: AbortSignal | undefined) {
  const partial = `${target}.${randomUUID()}.partial`
  await mkdir(partial, { recursive: true })
  const { exit, output } = await runCommand('tar', ['-xzf', archive, '-C', partial], {
    timeoutMs: UNPACK_MS,
    signal,
  })
  if (exit === 0) await rename(partial, target).catch(() => {})
  await rm(partial, { recursive: true, force: true })
  if (!existsSync(target)) {
    throw new InventoryEventsError(
      'STACK_UNAVAILABLE',
      `cannot unpack ${archive} (${exit}): ${output}`,
    )
  }
}
