import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { retryTakenPorts } from '../../src/dev/stack/port-taken.ts'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { fetchRegistry, registryUrl, startRegistry } from '../../src/dev/stack/registry.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import type { Event } from '../../src/event/event.ts'
import { createKafka } from '../../src/kafka/client/client.ts'
import { openPublisher } from '../../src/publish/open-publisher.ts'
import { nodeAt } from '../faults/node.ts'
import { type OwnKafka, startOwnKafka } from './own-kafka.ts'
import { runCli } from './run-cli.ts'

const silent = pino({ level: 'silent' })

/** A broker and a registry for one test, and what is done there with the settings of the service. */
export interface ClusterWithRegistry {
  broker: OwnKafka
  settings: Record<string, string>
  /** The service's client. */
  kafka: ReturnType<typeof createKafka>
  /** What the command prints; it must end with 0. */
  cli(...args: string[]): Promise<string>
  publish(events: readonly Event[]): Promise<void>
  /** All schemas with their ids. */
  exportSchemas(): Promise<ArrayBuffer>
  importSchemas(exported: ArrayBuffer): Promise<void>
  /** SIGKILL to everything. */
  kill(): Promise<void>
  /** Starts it again, with what it had. */
  restart(): Promise<void>
}

export async function clusterWithRegistry(
  own: Record<string, string>,
): Promise<ClusterWithRegistry> {
  const [broker, registry] = await Promise.all([startOwnKafka(), startOwnRegistry()])
  const settings = { KAFKA_BROKERS: broker.brokers, SCHEMA_REGISTRY_URL: registry.url, ...own }
  const config = loadConfig(settings, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  return {
    broker,
    settings,
    kafka: createKafka(config, silent),
    async cli(...args) {
      const { code, stdout, stderr } = await runCli(args, { env: settings })
      if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}: ${stderr}${stdout}`)
      return stdout
    },
    async publish(events) {
      const publisher = await openPublisher(config, {
        contract: builtInContract(),
        log: silent,
      })
      await publisher.publish(events).finally(() => publisher.close())
    },
    exportSchemas: async () => (await asked(registry.admin('export'))).arrayBuffer(),
    async importSchemas(body) {
      const headers = { 'content-type': 'application/zip' }
      await asked(registry.admin('import'), { method: 'POST', headers, body })
    },
    async kill() {
      await Promise.all([broker.kill(), registry.kill()])
    },
    async restart() {
      await Promise.all([broker.start(), registry.start()])
    },
  }
}

async function startOwnRegistry() {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'own-registry-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const signal = AbortSignal.timeout(600_000)
  const jars = jarsFolder(resolve('.inventory-events'))
  const site = { folder, jarsFolder: jars, signal, say: () => {} }
  const program = await fetchRegistry({ ...site, mark: '', launch: () => undefined as never })
  return retryTakenPorts(async () => {
    const port = await pickPort()
    const node = nodeAt(
      folder,
      'own-registry',
      (at) => startRegistry({ ...site, ...at }, program, port),
      signal,
    )
    onTestFinished(node.kill)
    await node.start()
    const admin = (what: string) => `http://127.0.0.1:${port}/apis/registry/v2/admin/${what}`
    return { ...node, url: registryUrl(port), admin }
  })
}

async function asked(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response
}
