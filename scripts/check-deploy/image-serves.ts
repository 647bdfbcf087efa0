import { readFile } from 'node:fs/promises'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { startTestStack } from '../../test/support/stack-setup.ts'
import type { Buildah } from './buildah.ts'
import { Failure, outcomeOf, run } from './command.ts'
import { Container } from './container.ts'

export interface ImageProgram {
  buildah: Buildah
  container: string
  entrypoint: string[]
  health: string[]
  user: string
}

const READY_MS = 120_000
const STOP_MS = 35_000

/** Runs the image as its user: creates topics and schemas on a real Kafka, serves, and stops. */
export async function serveFromImage(program: ImageProgram, plugins: string): Promise<string> {
  const { brokers, registryUrl, stop } = await startTestStack()
  try {
    const port = String(await pickPort())
    const settings = {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      KAFKA_GROUP_ID: `check-${process.pid}`,
      HTTP_PORT: port,
      EVENTS_ENABLED: 'true',
      // As the chart sets it.
      NODE_OPTIONS: '--max-old-space-size-percentage=50',
      PLUGINS: '/plugins/every-event.ts,/plugins/single-event.ts',
    }
    const env = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`])
    const options = [...env, '--volume', `${plugins}:/plugins:ro`]
    await setUp(program, options)
    return await serve(program, options, port)
  } finally {
    await stop()
  }
}

async function setUp({ buildah, container, entrypoint }: ImageProgram, options: string[]) {
  for (const args of [
    ['topics', 'create', '--partitions', '2'],
    ['schemas', 'register'],
  ]) {
    const command = [...options, container, '--', ...entrypoint, ...args]
    await run(buildah('run', '--isolation', 'chroot', ...command))
  }
}

async function serve(program: ImageProgram, options: string[], port: string): Promise<string> {
  const { buildah, container, entrypoint, health, user } = program
  const service = new Container(buildah, container, options, [...entrypoint, 'serve'])
  try {
    for (const path of ['livez', 'readyz']) {
      await service.waitForOk(`http://127.0.0.1:${port}/${path}`, READY_MS)
    }
    await requireUser(await service.pid(), user)
    const check = (at: string) =>
      outcomeOf(
        buildah(
          'run',
          '--isolation',
          'chroot',
          '--env',
          `HTTP_PORT=${at}`,
          container,
          '--',
          ...health,
        ),
      )
    const [healthy, sick] = [await check(port), await check('1')]
    if (healthy.code !== 0)
      throw new Failure(`HEALTHCHECK of a healthy service failed: ${healthy.output}`)
    if (sick.code === 0) throw new Failure('HEALTHCHECK reports a closed port as healthy')
    const ended = await service.end('SIGTERM', STOP_MS)
    if (ended !== 0)
      throw new Failure(`expected exit 0 on SIGTERM, got ${ended}: ${service.output}`)
    await requireNothingWritten(program)
    return `ready as user ${user}, wrote no file, SIGTERM to exit 0`
  } finally {
    await service.kill()
  }
}

async function requireUser(pid: number, user: string): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, uid] = /^Uid:\s+(\d+)/m.exec(status) ?? []
  if (uid !== user.split(':')[0]) throw new Failure(`expected user ${user}, runs as ${uid}`)
}

/** Shows that it can run with a read-only root, which chroot isolation does not offer. */
async function requireNothingWritten({ buildah, container, user }: ImageProgram): Promise<void> {
  const folder = (await run(buildah('mount', container))).trim()
  const written = await run(['find', folder, '-xdev', '-user', user.split(':')[0]!])
  if (written !== '') throw new Failure(`it wrote files:\n${written}`)
}
