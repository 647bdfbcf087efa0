import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { chooseRuntime } from '../../src/dev/stack/choose-runtime.ts'
import { checkExternal, externalEndpoints } from '../../src/dev/stack/external.ts'
import {
  type Endpoints,
  endMavenStack,
  endpointsOf,
  startMavenStack,
} from '../../src/dev/stack/maven-stack.ts'
import { retryTakenPorts } from '../../src/dev/stack/port-taken.ts'
import { type Ports, pickPorts } from '../../src/dev/stack/ports.ts'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { startTimeOf } from '../../src/dev/stack/process/processes.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { mappedClasses } from './class-archive.ts'

declare module 'vitest' {
  interface ProvidedContext {
    stack: Endpoints
  }
}

export interface TestStack extends Endpoints {
  stop: () => Promise<void>
}

const LOCAL = resolve('.inventory-events')
const STACKS = join(LOCAL, 'test')

/** Brokers of tests live for seconds or minutes: to optimize their code costs more than it gains. */
const QUICK_START = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** A real Kafka and registry for the integration tests, apart from the developer's running ones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { brokers, registryUrl, stop } = await startQuickStack()
  project.provide('stack', { brokers, registryUrl })
  return stop
}

/** As below, and all Java of this run starts quickly. */
export async function startQuickStack(): Promise<TestStack> {
  process.env.JAVA_TOOL_OPTIONS ??= await quickStart()
  return startTestStack()
}

async function quickStart(): Promise<string> {
  const hasMaven = (await machineProbes.maven()) === undefined
  const classes = hasMaven ? await mappedClasses(jarsFolder(LOCAL)) : []
  return [...QUICK_START, ...classes].join(' ')
}

/** The Kafka and registry in the environment, else new ones that run until they are stopped. */
export async function startTestStack(): Promise<TestStack> {
  const given = externalEndpoints(process.env)
  if (given) {
    await checkExternal(given)
    return { ...given, stop: async () => {} }
  }
  if ((await chooseRuntime(machineProbes)) === 'maven') return startFromMaven()
  const { startContainers } = await import('./containers.ts')
  return startContainers()
}

async function startFromMaven(): Promise<TestStack> {
  await removeLeftOvers()
  const folder = join(STACKS, String(process.pid))
  const ports = await startOwned(folder)
  const stop = async () => {
    await endMavenStack(folder)
    await rm(folder, { recursive: true, force: true })
  }
  return { ...endpointsOf(ports), stop }
}

/** A Kafka and a registry in that folder, which end with this process; answers their ports. */
export function startOwned(folder: string): Promise<Ports> {
  return retryTakenPorts(async () => {
    const ports = await pickPorts()
    const say = (message: string) => console.error(message)
    await startMavenStack({ folder, jarsFolder: jarsFolder(LOCAL), ports, say, life: 'owned' })
    return ports
  })
}

/** The processes of a killed test run have died with it; its data has not. */
async function removeLeftOvers(): Promise<void> {
  await mkdir(STACKS, { recursive: true })
  for (const pid of await readdir(STACKS)) {
    if (await startTimeOf(Number(pid))) continue
    await rm(join(STACKS, pid), { recursive: true, force: true })
  }
}
