import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchKafka, KAFKA_VERSION, startKafka } from '../../src/dev/stack/kafka.ts'
import { retryTakenPorts } from '../../src/dev/stack/port-taken.ts'
import { pickPorts } from '../../src/dev/stack/ports.ts'
import { java, type Launched } from '../../src/dev/stack/process/launch.ts'
import type { Site } from '../../src/dev/stack/site.ts'
import { messageOf } from '../../src/util/errors.ts'

const LIMIT_MS = 120_000

/**
 * Java options that let brokers map their loaded and verified classes from a file, which halves the
 * work of a start. The file is made on the first call. Java ignores it, silently because of
 * `-Xlog:disable`, in programs with another classpath.
 */
export async function mappedClasses(jarsFolder: string): Promise<string[]> {
  const archive = join(jarsFolder, `kafka-${KAFKA_VERSION}-${process.arch}.jsa`)
  try {
    if (!existsSync(archive)) await archiveClasses(archive, jarsFolder)
  } catch (error) {
    console.error(`brokers start without a class archive: ${messageOf(error)}`)
    return []
  }
  return [`-XX:SharedArchiveFile="${archive}"`, '-Xlog:disable']
}

/** Java writes the archive when the broker ends. */
async function archiveClasses(archive: string, jarsFolder: string): Promise<void> {
  const partial = `${archive}.${process.pid}.partial`
  const folder = await mkdtemp(join(tmpdir(), 'class-archive-'))
  const signal = AbortSignal.timeout(LIMIT_MS)
  let broker: ChildProcess | undefined
  const endBroker = () => broker?.kill('SIGKILL')
  process.once('exit', endBroker)
  const launch: Site['launch'] = ({ name, args }): Launched => {
    const child = spawn(java(), [`-XX:ArchiveClassesAtExit=${partial}`, ...args], {
      stdio: 'ignore',
    })
    broker = child
    const ended = () => (child.exitCode === null ? undefined : `exit ${child.exitCode}`)
    return { name, logFile: join(folder, 'kafka.log'), ended }
  }
  const site: Site = { folder, jarsFolder, mark: '-Dclass-archive', say() {}, launch, signal }
  try {
    const jars = await fetchKafka(site)
    await retryTakenPorts(async () => startKafka(site, jars, await pickPorts()))
    broker!.kill('SIGTERM')
    await once(broker!, 'exit', { signal })
    await rename(partial, archive)
  } finally {
    endBroker()
    process.off('exit', endBroker)
    await rm(folder, { recursive: true, force: true })
    await rm(partial, { force: true })
  }
}
