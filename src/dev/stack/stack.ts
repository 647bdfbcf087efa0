import { join } from 'node:path'
import { chooseRuntime } from './choose-runtime.ts'
import { endDockerStack, startDockerStack } from './docker-stack.ts'
import { checkExternal, externalEndpoints } from './external.ts'
import { withLock } from './lock.ts'
import { type Endpoints, endMavenStack, endpointsOf, startMavenStack } from './maven-stack.ts'
import { retryTakenPorts } from './port-taken.ts'
import { type Ports, pickPorts } from './ports.ts'
import { machineProbes, type Probes } from './probes.ts'
import { brokerIsReady, isRegistryReady } from './readiness.ts'
import { readRecord, writeRecord } from './state-file.ts'

export interface StackOptions {
  /** The git-ignored folder of everything local, `.inventory-events` in the working directory. */
  folder: string
  env: NodeJS.ProcessEnv
  /** Progress, one line a call. */
  say: (message: string) => void
  /** Ends a start half-way, leaving nothing behind. */
  signal?: AbortSignal | undefined
  probes?: Probes
}

export interface Stack extends Endpoints {
  /** Whether this call started it: if so, the caller may want to end it. */
  started: boolean
}

const LOCK_MS = 1_200_000

/**
 * A Kafka and a registry that are usable: those the environment names, or those already running
 * here, or newly started ones. Throws STACK_UNAVAILABLE, KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE
 * or CONFIG_INVALID, saying what was waited for.
 */
export async function stackUp(options: StackOptions): Promise<Stack> {
  const given = await givenByOthers(options)
  if (given) {
    await checkExternal(given)
    return { ...given, started: false }
  }
  return locked(options, async () => {
    const running = await runningStack(options)
    if (running) return { ...running, started: false }
    await endRecorded(options)
    return { ...(await start(options)), started: true }
  })
}

/** Ends what runs here, or was left here by a start that was killed. Data and downloads stay. */
export function stackDown(options: StackOptions): Promise<void> {
  return locked(options, () => endRecorded(options))
}

/** The endpoints that `stackUp` would answer without starting anything; `undefined` if it would. */
export async function stackStatus(options: StackOptions): Promise<Endpoints | undefined> {
  const given = await givenByOthers(options)
  if (given) await checkExternal(given)
  return given ?? (await runningStack(options))
}

/** A shell that once took our own addresses over still means our own stack. */
async function givenByOthers({ folder, env }: StackOptions): Promise<Endpoints | undefined> {
  const given = externalEndpoints(env)
  const record = await readRecord(dataFolder(folder))
  const own = record && endpointsOf(record.ports)
  const isOwn = given?.brokers === own?.brokers && given?.registryUrl === own?.registryUrl
  return isOwn ? undefined : given
}

async function runningStack({ folder }: StackOptions): Promise<Endpoints | undefined> {
  const record = await readRecord(dataFolder(folder))
  if (!record) return undefined
  const endpoints = endpointsOf(record.ports)
  const answers = await Promise.all([
    brokerIsReady(endpoints.brokers),
    isRegistryReady(endpoints.registryUrl),
  ])
  return answers.every(Boolean) ? endpoints : undefined
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
  const record = await readRecord(data)
  if (record?.way === 'docker') {
    const noDocker = await probes.docker()
    if (noDocker === undefined) await endDockerStack({ folder: data, ports: record.ports, say })
    else say(`the containers of the last stack are left to Docker (${noDocker})`)
  }
  await endMavenStack(data)
}

function locked<T>(options: StackOptions, work: () => Promise<T>): Promise<T> {
  const { say, signal } = options
  return withLock(join(options.folder, 'stack.lock'), { timeoutMs: LOCK_MS, say, signal }, work)
}

export function jarsFolder(folder: string): string {
  return join(folder, 'jars')
}

function dataFolder(folder: string): string {
  return join(folder, 'stack')
}
