import { resolve } from 'node:path'
import { loadConfig } from '../../config/load-config.ts'
import { stackDown, stackUp } from '../../dev/stack/stack.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { counted } from '../../util/text/counted.ts'
import { onInterrupt } from '../shared/interrupt.ts'
import { printError as say, usage } from '../shared/output.ts'
import { filesIn, nextChange } from './changes.ts'
import { publishSamples, SAMPLES_FILE } from './sample-events.ts'
import { runSelf, type ServiceProcess, startServiceProcess } from './service-process.ts'

const SET_UP = [
  ['topics', 'create', '--state'],
  ['schemas', 'register'],
]

/** Runs until a signal. */
export async function dev(named: readonly string[]): Promise<void> {
  const plugins = named.length > 0 ? named.join(',') : process.env.PLUGINS
  if (!plugins?.trim())
    throw usage('no plugins: expected PLUGINS to be set, or plugins as arguments')
  const interrupted = new AbortController()
  const interrupt = onInterrupt(() => interrupted.abort())
  const { signal } = interrupted
  const options = { folder: resolve('.inventory-events'), env: process.env, say }
  try {
    const { brokers, registryUrl, started } = await stackUp({ ...options, signal })
    const settings: NodeJS.ProcessEnv = {
      ...{ EVENTS_ENABLED: 'true', ...process.env, PLUGINS: plugins },
      ...{ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl },
    }
    try {
      await setUp(settings)
      await runAgainAndAgain(settings, signal)
    } finally {
      if (started) await stackDown(options)
    }
  } finally {
    interrupt.end()
  }
}

/** All of it may be done again. */
async function setUp(settings: NodeJS.ProcessEnv): Promise<void> {
  for (const args of SET_UP) {
    const code = await runSelf(args, settings)
    if (code === 0) continue
    const message = `inventory-events ${args.join(' ')}: expected exit 0, got ${code}`
    throw new InventoryEventsError('STACK_UNAVAILABLE', message)
  }
}

async function runAgainAndAgain(settings: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const { HTTP_PORT } = loadConfig(settings)
  const folder = process.cwd()
  let files = await filesIn(folder)
  while (!signal.aborted) {
    const service = startServiceProcess(settings, HTTP_PORT)
    const reported = new AbortController()
    service.ended.addEventListener(
      'abort',
      () =>
        say(`the service has ended (${service.ending()}); it is started again when a file changes`),
      { signal: reported.signal },
    )
    const published = publishWhenReady(service, settings)
    const change = await nextChange(folder, files, { clock, signal })
    reported.abort()
    await Promise.all([service.stop(), published])
    if (change === undefined) return
    files = change.files
    say(`${change.changed} has changed: the service is started again`)
  }
}

/** Never rejects: a mistake in the file is corrected while the service runs. */
async function publishWhenReady(
  service: ServiceProcess,
  settings: NodeJS.ProcessEnv,
): Promise<void> {
  if (!(await service.ready())) return
  try {
    const count = await publishSamples(settings, clock)
    if (count !== undefined) say(`${counted(count, 'event')} of ${SAMPLES_FILE} published`)
  } catch (error) {
    say(`${SAMPLES_FILE}: ${messageOf(error)}`)
  }
}
