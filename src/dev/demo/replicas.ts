import { type Replica, startReplica } from '../replicas/replica.ts'
import { partitionsIn } from '../replicas/replica-counts.ts'
import { type Sample, scrape } from '../replicas/scrape.ts'
import { isSharedOut } from '../replicas/shared-out.ts'
import { waitFor } from '../replicas/wait-for.ts'
import { figure } from './check.ts'
import type { Cleanup } from './cleanup.ts'
import type { ReplicaExit } from './findings.ts'
import { writeRecordedPlugins } from './plugins.ts'
import type { Run } from './run.ts'
import { partitionsOf } from './set-up.ts'

const READY_MS = 60_000

/**
 * Starts the replicas and waits until each owns partitions. Publish only after that, so that no
 * rebalance disturbs the expected counts.
 */
export async function startReplicas(run: Run, undo: Cleanup): Promise<Replica[]> {
  const { replicas: count, workFolder, signal, say } = run
  say(`starting ${figure(count)} x inventory-events serve`)
  const env = { ...environmentOf(run), PLUGINS: await writeRecordedPlugins(workFolder) }
  const replicas = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const name = `replica-${index + 1}`
      const options = { name, folder: workFolder, env, signal }
      return startReplica(options, (stop) => undo.add(`stop ${name}`, stop))
    }),
  )
  let seen = ''
  const isShared = async () => {
    const owned = (await scrapeAll(replicas)).map(partitionsIn)
    seen = `they own ${owned.map(({ length }) => length).join(', ')} partitions`
    return isSharedOut(owned, partitionsOf(run)) && (await areReady(replicas))
  }
  const what = `${count} replicas to be ready and own all partitions`
  await waitFor(what, isShared, { timeoutMs: READY_MS, signal, last: () => seen })
  return replicas
}

export function scrapeAll(replicas: readonly Replica[]): Promise<Sample[][]> {
  return Promise.all(replicas.map(({ url }) => scrape(url)))
}

export function stopReplicas(replicas: readonly Replica[]): Promise<ReplicaExit[]> {
  return Promise.all(replicas.map(async ({ name, stop }) => ({ name, end: await stop() })))
}

async function areReady(replicas: readonly Replica[]): Promise<boolean> {
  const responses = await Promise.all(replicas.map(({ url }) => fetch(`${url}/readyz`)))
  await Promise.all(responses.map((response) => response.body?.cancel()))
  return responses.every(({ ok }) => ok)
}

export function environmentOf({ env, config, inputTopics, groupId }: Run): NodeJS.ProcessEnv {
  return {
    ...env,
    KAFKA_BROKERS: config.KAFKA_BROKERS.join(','),
    SCHEMA_REGISTRY_URL: config.SCHEMA_REGISTRY_URL,
    KAFKA_TOPICS: inputTopics.join(','),
    KAFKA_GROUP_ID: groupId,
    EVENTS_ENABLED: 'true',
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
  }
}
