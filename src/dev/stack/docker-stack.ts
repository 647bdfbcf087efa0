import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InventoryEventsError } from '../../util/errors.ts'
import { endpointsOf } from './maven-stack.ts'
import { startError } from './port-taken.ts'
import type { Ports } from './ports.ts'
import { composeCommand } from './probes.ts'
import { waitUntil } from './process/poll.ts'
import { type CommandResult, runCommand } from './process/run-command.ts'
import { brokerIsReady, isRegistryReady } from './readiness.ts'

export interface DockerStackOptions {
  folder: string
  ports: Ports
  say: (message: string) => void
  signal?: AbortSignal | undefined
}

/** Includes the time to pull images. */
const UP_MS = 900_000
const DOWN_MS = 60_000
const READY_MS = 120_000
/** The other services of the file build and run the service itself. */
const SERVICES = ['kafka', 'registry']
const COMPOSE_FILE = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url))

/** Starts Kafka and the registry of docker-compose.yml. Resolves once both are usable. */
export async function startDockerStack(options: DockerStackOptions): Promise<void> {
  try {
    demand('start', await compose(['up', '-d', ...SERVICES], UP_MS, options))
    await waitUntilUsable(options)
  } catch (error) {
    await compose(['down'], DOWN_MS, { ...options, signal: undefined })
    throw error
  }
}

/** Removes the containers; data stays in Docker volumes for the next start. */
export async function endDockerStack(options: DockerStackOptions): Promise<void> {
  demand('stop', await compose(['down'], DOWN_MS, options))
}

async function waitUntilUsable({ ports, signal }: DockerStackOptions): Promise<void> {
  const { brokers, registryUrl } = endpointsOf(ports)
  const limits = { timeoutMs: READY_MS, signal }
  const [kafka, registry] = await Promise.all([
    waitUntil(() => brokerIsReady(brokers), limits),
    waitUntil(() => isRegistryReady(registryUrl), limits),
  ])
  if (kafka && registry) return
  const silent = [...(kafka ? [] : [`Kafka at ${brokers}`]), ...(registry ? [] : [registryUrl])]
  throw new InventoryEventsError(
    'STACK_UNAVAILABLE',
    `waited ${READY_MS / 1000} s for ${silent.join(' and ')} in Docker: no response`,
  )
}

async function compose(
  args: string[],
  timeoutMs: number,
  { folder, ports, say, signal }: DockerStackOptions,
): Promise<CommandResult> {
  const [command, ...first] = (await composeCommand()) ?? ['docker', 'compose']
  const project = `inventory-events-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 8)}`
  return runCommand(command!, [...first, '-p', project, '-f', COMPOSE_FILE, ...args], {
    env: {
      ...process.env,
      KAFKA_PORT: String(ports.kafka),
      SCHEMA_REGISTRY_PORT: String(ports.registry),
    },
    timeoutMs,
    signal,
    onLine: (line) => line.trim() && say(`docker: ${line.trim()}`),
  })
}

function demand(what: string, { exit, output }: CommandResult): void {
  if (exit === 0) return
  const tail = output.trimEnd().split('\n').slice(-5).join('\n  ')
  throw startError(`cannot ${what} Kafka and the registry with Docker (${exit}): ${tail}`, output)
}
