import { builtInContract } from '../../avro/schema/contract-schemas.ts'
import { openPublisher } from '../../publish/open-publisher.ts'
import { systemClock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { Replica } from '../replicas/replica.ts'
import { endLocalConsole, startLocalConsole } from '../stack/console.ts'
import { laterEvents } from '../workload/stream.ts'
import type { Cleanup } from './cleanup.ts'
import { samplePluginFiles } from './plugins.ts'
import { environmentOf } from './replicas.ts'
import type { Run } from './run.ts'

const EVENTS_PER_ROUND = 5
const ROUND_MS = 1_000

/** Keeps the service running beside a console, and publishes on, slowly, until it is interrupted. */
export async function keepRunning(
  run: Run,
  replicas: readonly Replica[],
  undo: Cleanup,
): Promise<void> {
  run.say(`\n${await whatRuns(run, replicas, undo)}`)
  const { config, topics, log, signal, events, seed } = run
  const later = laterEvents({ events, seed })
  const publisher = await openPublisher(config, { contract: builtInContract(), topics, log })
  try {
    while (!signal.aborted) {
      const round = Array.from({ length: EVENTS_PER_ROUND }, () => later.next().value)
      await publisher.publish(round)
      await systemClock.sleep(ROUND_MS, signal)
    }
  } finally {
    await publisher.close()
  }
}

async function whatRuns(run: Run, replicas: readonly Replica[], undo: Cleanup): Promise<string> {
  const { topics, groupId, config, workFolder } = run
  return [
    'it keeps running, with five more events each second, until Ctrl-C:',
    `  console  ${await consoleOf(run, undo)}`,
    ...replicas.map(({ url }) => `  metrics  ${url}/metrics`),
    `  logs     ${workFolder}`,
    `  topics   ${topics.inventory}, ${topics.plugin}`,
    `  settings KAFKA_BROKERS=${config.KAFKA_BROKERS.join(',')} SCHEMA_REGISTRY_URL=${config.SCHEMA_REGISTRY_URL} KAFKA_GROUP_ID=${groupId}`,
  ].join('\n')
}

/** Without a login it is refused beside brokers elsewhere. */
async function consoleOf(run: Run, undo: Cleanup): Promise<string> {
  const { workFolder: folder, signal } = run
  undo.add('stop the console', () => endLocalConsole(folder))
  const env = { ...environmentOf(run), PLUGINS: samplePluginFiles().join(',') }
  return startLocalConsole({ folder, env, life: 'owned', signal }).catch((error) => {
    signal.throwIfAborted()
    return `none: ${messageOf(error)}`
  })
}
