import { readFile } from 'node:fs/promises'
import { pickPort } from '../../src/dev/stack/ports.ts'
import { startTestStack } from '../../test/support/stack-setup.ts'
import { Failure } from './command.ts'
import type { ImageRunner, Run } from './image-runner.ts'

const READY_MS = 120_000
const STOP_MS = 35_000

/** Runs the image as its user: creates topics and schemas on a real Kafka, serves, and stops. */
export async function serveFromImage(runner: ImageRunner, plugins: string): Promise<string> {
  const { brokers, registryUrl, stop } = await startTestStack()
  try {
    const port = String(await pickPort())
    const env = {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      KAFKA_GROUP_ID: `check-${process.pid}`,
      HTTP_PORT: port,
      EVENTS_ENABLED: 'true',
      PLUGINS: '/plugins/every-event.ts,/plugins/single-event.ts',
    }
    await runner.run({ args: ['topics', 'create', '--partitions', '2'], env })
    await runner.run({ args: ['schemas', 'register'], env })
    const volumes = [{ from: plugins, to: '/plugins' }]
    return await serve(runner, { args: ['serve'], env, volumes }, port)
  } finally {
    await stop()
  }
}

async function serve(runner: ImageRunner, run: Run, port: string): Promise<string> {
  const { User, Healthcheck } = runner.config
  const { container: service, exec } = await runner.start(run)
  try {
    for (const path of ['livez', 'readyz']) {
      await service.waitForOk(`http://127.0.0.1:${port}/${path}`, READY_MS)
    }
    await requireUser(await service.pid(), User)
    const check = (at: string) => exec(Healthcheck.Test.slice(1), { HTTP_PORT: at })
    const [healthy, sick] = [await check(port), await check('1')]
    if (healthy.code !== 0)
      throw new Failure(`HEALTHCHECK of a healthy service failed: ${healthy.output}`)
    if (sick.code === 0) throw new Failure('HEALTHCHECK reports a closed port as healthy')
    const ended = await service.end('SIGTERM', STOP_MS)
    if (ended !== 0)
      throw new Failure(`expected exit 0 on SIGTERM, got ${ended}: ${service.output}`)
    return `ready as user ${User} on a read-only root, SIGTERM to exit 0`
  } finally {
    await service.kill()
  }
}

async function requireUser(pid: number, user: string): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, uid] = /^Uid:\s+(\d+)/m.exec(status) ?? []
  if (uid !== user.split(':')[0]) throw new Failure(`expected user ${user}, runs as ${uid}`)
}
