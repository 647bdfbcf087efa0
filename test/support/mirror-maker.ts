import { realpathSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { KAFKA_VERSION } from '../../src/dev/stack/kafka.ts'
import { resolveJars } from '../../src/dev/stack/maven/maven.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { type Node, nodeAt } from '../faults/node.ts'

const ARTIFACTS = [
  `org.apache.kafka:connect-mirror:${KAFKA_VERSION}`,
  'org.slf4j:slf4j-simple:1.7.36',
]
const MAIN = 'org.apache.kafka.connect.mirror.MirrorMaker'
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'

export interface MirrorOptions {
  /** By alias: where the records are, and where they go. */
  from: { alias: string; brokers: string }
  to: { alias: string; brokers: string }
  /** The lines of the runbook's settings, as they stand there. */
  settings: string
  signal: AbortSignal
}

/** Kafka's MirrorMaker 2 from one cluster to another, which can be killed and started again. */
export async function mirrorMaker({ from, to, settings, signal }: MirrorOptions): Promise<Node> {
  const folder = realpathSync(await mkdtemp(join(tmpdir(), 'mirror-maker-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const jars = await resolveJars({
    name: 'mirror-maker',
    artifacts: ARTIFACTS,
    folder: jarsFolder(resolve('.inventory-events')),
    signal,
  })
  const file = join(folder, 'mirror.properties')
  const clusters = [from, to].map(({ alias, brokers }) => `${alias}.bootstrap.servers=${brokers}`)
  await writeFile(file, [...clusters, settings].join('\n'))
  const args = ['-Xmx384m', '-XX:TieredStopAtLevel=1', QUIET, '-cp', jars.join(delimiter)]
  const start: Parameters<typeof nodeAt>[2] = async ({ launch }) => {
    launch({ name: 'mirror', args: [...args, MAIN, file] })
  }
  const node = nodeAt(folder, 'mirror-maker', start, signal)
  onTestFinished(node.kill)
  return node
}
