import { join } from 'node:path'
import { chooseRuntime } from './choose-runtime.ts'
import { endLocalConsole, runningConsole, startLocalConsole } from './console.ts'
import { endDockerStack, startDockerStack } from './docker-stack.ts'
import { checkExternal, externalEndpoints } from './external.ts'
import { makeIgnoredFolder } from './ignored-folder.ts'
import { withLock } from './lock.ts'
import { type Endpoints, endMavenStack, endpointsOf, startMavenStack } from './maven-stack.ts'
import { retryTakenPorts } from './port-taken.ts'
import { type Ports, pickPorts } from './ports.ts'
import { machineProbes, type Probes } from './probes.ts'
import { brokerIsReady, isRegistryReady } from './readiness.ts'
import { readRecord, writeRecord } from './state-file.ts'

export interface StackOptions {
  /** The git-ignored folder for local files, `.inventory-events` in the working directory. */
  folder: string
  env: NodeJS.ProcessEnv
  /** Logs progress, one line per call. */
  say: (message: string) => void
  /** Interrupts a start, which then leaves nothing running. */
  signal?: AbortSignal | undefined
  probes?: Probes
}

export interface Stack extends Endpoints {
  /** Whether this call started it, so that the caller may want to stop it. */
  started: boolean
}

const LOCK_MS = 1_200_000

/**
 * Returns a usable Kafka and registry: those of the environment, those already running here, or newly
 * started ones. Throws STACK_UNAVAILABLE, KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE or CONFIG_INVALID.
 */
export async function stackUp(options: StackOptions): Promise<Stack> {
  const external = await externalStack(options)
  if (external) {
    await checkExternal(external)
    return { ...external, started: false }
  }
  return locked(options, async () => {
    const running = await runningStack(options)
    if (running) return { ...running, started: false }
    await endRecorded(options)
    return { ...(await start(options)), started: true }
  })
}

/**
 * The address of the console of the stack that runs here, which is started if it does not run. Undefined beside a
 * Kafka of the environment, which may be anywhere. Throws STACK_UNAVAILABLE.
 */
export async function consoleUp(options: StackOptions): Promise<string | undefined> {
  if (await externalStack(options)) return undefined
  return locked(options, async () => {
    const folder = dataFolder(options.folder)
    const endpoints = await runningStack(options)
    if (endpoints === undefined) return undefined
    const { brokers: KAFKA_BROKERS, registryUrl: SCHEMA_REGISTRY_URL } = endpoints
    return (
      (await runningConsole(folder)) ??
      startLocalConsole({
        ...{ folder, life: 'detached', signal: options.signal },
        env: { ...options.env, KAFKA_BROKERS, SCHEMA_REGISTRY_URL },
      })
    )
  })
}

/** The address of that console if it runs; otherwise `undefined`. */
export async function consoleStatus(options: StackOptions): Promise<string | undefined> {
  return (await externalStack(options)) ? undefined : runningConsole(dataFolder(options.folder))
}

/** Stops what runs here, including leftovers of a killed start. Data and downloads stay. */
export function stackDown(options: StackOptions): Promise<void> {
  return locked(options, () => endRecorded(options))
}

/** The endpoints that `stackUp` would return without starting anything; otherwise `undefined`. */
export async function stackStatus(options: StackOptions): Promise<Endpoints | undefined> {
  const external = await externalStack(options)
  if (external) await checkExternal(external)
  return external ?? (await runningStack(options))
}

/** Endpoints from the environment that equal those of our own stack count as our own, not as external. */
async function externalStack({ folder, env }: StackOptions): Promise<Endpoints | undefined> {
  const external = externalEndpoints(env)
  const record = await readRecord(dataFolder(folder))
  const own = record && endpointsOf(record.ports)
  const isOwn = external?.brokers === own?.brokers && external?.registryUrl === own?.registryUrl
  return isOwn ? undefined : external
}

async function runningStack({ folder }: StackOptions): Promise<Endpoints | undefined> {
  const record = await readRecord(dataFolder(folder))
  if (!record) return undefined
  const endpoints = endpointsOf(record.ports)
  const ready = await Promise.all([
    brokerIsReady(endpoints.brokers),
    isRegistryReady(endpoints.registryUrl),
  ])
  return ready.every(Boolean) ? endpoints : undefined
}

async function start(options: StackOptions): Promise<Endpoints> {
  const folder = dataFolder(options.folder)
  const way = await chooseRuntime(options.probes ?? machineProbes)
  const last = (await readRecord(folder))?.ports
  return retryTakenPorts(async (tries) => {
    if (tries > 1)
      options.say('a port was taken before it could be bound; retrying with other ports')
    const ports = await pickPorts(tries === 1 ? last : {})
    await writeRecord(folder, { version: 1, way, ports })
    await startAt(ports, way, options)
    return endpointsOf(ports)
  })
}

function startAt(ports: Ports, way: 'docker' | 'maven', options: StackOptions): Promise<void> {
  const { say, signal } = options
  const part = { folder: dataFolder(options.folder), ports, say, signal }
  if (way === 'docker') return startDockerStack(part)
  return startMavenStack({ ...part, jarsFolder: jarsFolder(options.folder), life: 'detached' })
}

async function endRecorded({ folder, say, probes = machineProbes }: StackOptions): Promise<void> {
  const data = dataFolder(folder)
  await endLocalConsole(data)
  const record = await readRecord(data)
  if (record?.way === 'docker') {
    const noDocker = await probes.docker()
    if (noDocker === undefined) await endDockerStack({ folder: data, ports: record.ports, say })
    else say(`cannot remove the containers of the last stack: Docker is unavailable (${noDocker})`)
  }
  await endMavenStack(data)
}

async function locked<T>(options: StackOptions, work: () => Promise<T>): Promise<T> {
  const { say, signal } = options
  await makeIgnoredFolder(options.folder)
  return withLock(join(options.folder, 'stack.lock'), { timeoutMs: LOCK_MS, say, signal }, work)
}

export function jarsFolder(folder: string): string {
  return join(folder, 'jars')
}

function dataFolder(folder: string): string {
  return join(folder, 'stack')
}
