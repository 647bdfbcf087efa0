import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { endMavenStack, endpointsOf, markOf } from '../../src/dev/stack/maven-stack.ts'
import { pidsMarked } from '../../src/dev/stack/process/processes.ts'
import { startOwned } from '../support/stack-setup.ts'
import { PROGRAMS, programOf } from './monitoring.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why these tests can't run; empty if they can. */
    missing: string
    /** The process of the broker, to be stopped and continued. */
    brokerPid: number
  }
}

const LOCAL = resolve('.inventory-events')
const INSTALL_MS = 300_000

/** Installs missing programs where allowed, and starts a broker and registry for these tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const missing = install()
  project.provide('missing', missing)
  if (missing !== '') return async () => {}
  const folder = join(LOCAL, 'deploy', String(process.pid))
  await mkdir(folder, { recursive: true })
  const ports = await startOwned(folder)
  project.provide('stack', endpointsOf(ports))
  project.provide('brokerPid', await brokerPid(folder))
  return async () => {
    await endMavenStack(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

/** Returns the programs that are still missing. */
function install(): string {
  if (process.platform === 'linux' && process.getuid?.() === 0 && missingPrograms().length > 0) {
    const packages = ['prometheus', 'prometheus-alertmanager']
    const options = { timeout: INSTALL_MS, stdio: 'ignore' } as const
    try {
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options)
    } catch {
      // Missing programs are listed afterwards.
    }
  }
  const missing = missingPrograms()
  return missing.length === 0 ? '' : `${missing.join(' and ')} is not installed`
}

function missingPrograms(): string[] {
  return Object.keys(PROGRAMS).filter((name) => programOf(name) === undefined)
}

async function brokerPid(folder: string): Promise<number> {
  for (const pid of await pidsMarked(markOf(resolve(folder)))) {
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    // The shell that wraps it has the same arguments.
    if (args[0]?.endsWith('java') && args.includes('kafka.Kafka')) return pid
  }
  throw new Error(`no broker runs in ${folder}`)
}
