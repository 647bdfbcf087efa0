import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { fetchKafka, startKafka } from './kafka.ts'
import type { Ports } from './ports.ts'
import { launchJava } from './process/launch.ts'
import { endMarked } from './process/processes.ts'
import { fetchRegistry, registryUrl, startRegistry } from './registry.ts'
import type { Site } from './site.ts'

export interface Endpoints {
  /** The format of KAFKA_BROKERS: `host:port`, separated by commas. */
  brokers: string
  /** The format of SCHEMA_REGISTRY_URL. */
  registryUrl: string
}

export interface MavenStackOptions {
  folder: string
  jarsFolder: string
  say: (message: string) => void
  signal?: AbortSignal | undefined
  ports: Ports
  life: 'detached' | 'owned'
}

/**
 * Downloads and starts Kafka and the registry. Resolves once both are usable. Throws
 * STACK_UNAVAILABLE, and then leaves nothing running.
 */
export async function startMavenStack(options: MavenStackOptions): Promise<void> {
  const folder = resolve(options.folder)
  const mark = markOf(folder)
  const failed = new AbortController()
  const site: Site = {
    folder,
    jarsFolder: resolve(options.jarsFolder),
    mark,
    say: options.say,
    launch: (part) => launchJava({ ...part, folder, mark, life: options.life }),
    signal: AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]),
  }
  const jars = await fetchKafka(site)
  const program = await fetchRegistry(site)
  const starts = [
    startKafka(site, jars, options.ports),
    startRegistry(site, program, options.ports.registry),
  ]
  try {
    await Promise.all(starts)
  } catch (error) {
    failed.abort()
    await Promise.allSettled(starts)
    await endMarked(mark)
    throw error
  }
}

export function endMavenStack(folder: string): Promise<void> {
  return endMarked(markOf(resolve(folder)))
}

export function endpointsOf(ports: Ports): Endpoints {
  return { brokers: `127.0.0.1:${ports.kafka}`, registryUrl: registryUrl(ports.registry) }
}

/** The argument that marks every process of the stack in that folder: an unused Java property. */
export function markOf(folder: string): string {
  return `-Dinventory-events.stack=${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
}
