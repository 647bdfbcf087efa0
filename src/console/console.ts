import { loadContract } from '../avro/own-kinds/load-contract.ts'
import { createRegistry } from '../avro/registry/registry.ts'
import { liveValue } from '../config/live-value.ts'
import type { Config } from '../config/settings.ts'
import { createKafka } from '../kafka/client/client.ts'
import { systemClock as clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { version } from '../version.ts'
import { Access } from './access/access.ts'
import { apiRoutes } from './api.ts'
import { LetterFollower } from './dead-letters/letter-follower.ts'
import { openPeek } from './filters/open-peek.ts'
import { followGroup } from './follow.ts'
import { followLater } from './follow-later.ts'
import { readAssets } from './http/assets.ts'
import { startServer } from './http/server.ts'
import { Jobs } from './jobs/jobs.ts'
import { eventParts } from './search/parts.ts'
import { snapshots } from './snapshot.ts'

export interface ConsoleOptions {
  config: Config<'KAFKA_BROKERS'>
  log: Logger
  /** The folder of the page's files. */
  folder: string
  /** Beside a local stack: on loopback, who everybody is without a login. */
  localName: string | undefined
}

const LOOPBACK = '127.0.0.1'
const LOCAL_BROKER = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+$/

/** Starts the console. Rejects with CONFIG_INVALID without users, and where no one may be without. */
export async function startConsole({ config, log, folder, localName }: ConsoleOptions) {
  const isLocal = localName !== undefined
  requireUsers(config, isLocal)
  const assets = await readAssets(folder)
  const kafka = createKafka(config, log)
  const groupId = config.KAFKA_GROUP_ID
  const follow = () => followGroup({ kafka, groupId, clock, log })
  const followed = isLocal ? followLater({ follow, clock, log }) : await follow()
  const snapshot = snapshots(followed, clock)
  const jobs = new Jobs(clock)
  const schemas = schemasOf(config)
  const events = eventParts({ config, kafka, clock, ...schemas })
  const { kinds } = schemas.contract
  const { peek, close } = openPeek(schemas.contract, schemas.registry, clock)
  const letters = new LetterFollower({ kafka, groupId, topics: config.KAFKA_TOPICS, clock, log })
  letters.start()
  const { CONSOLE_PROXY_HEADER: header, CONSOLE_PROXY_ADDRESSES: addresses } = config
  const access = new Access({
    users: liveValue(config, 'CONSOLE_USERS', { clock, log }) ?? (() => new Map()),
    proxy: header === undefined || addresses === undefined ? undefined : { header, addresses },
    local: isLocal ? { name: localName, role: 'admin' } : undefined,
    clock,
  })
  const stopReading = async () => {
    events.close()
    close()
    await Promise.all([letters.stop(), followed.stop()])
  }
  const host = isLocal ? LOOPBACK : '0.0.0.0'
  const server = await startServer({
    ...{ host, port: config.CONSOLE_PORT, access, isLocal, assets, origin: config.CONSOLE_ORIGIN },
    routes: apiRoutes({
      ...{ kafka, groupId, config, clock, log, followed, snapshot, jobs, events, kinds, peek },
      letters,
    }),
    onDefect: (error) => log.warn({ err: error }, 'a request failed'),
  }).catch(async (error) => {
    await stopReading()
    throw error
  })
  const url = `http://${isLocal ? LOOPBACK : 'localhost'}:${server.port}/`
  log.info({ port: server.port, url, group: groupId, version }, 'started')
  return {
    port: server.port,
    async stop() {
      // Searches and jobs end first: their requests would keep the server.
      events.close()
      await server.close()
      await jobs.close()
      await stopReading()
    },
  }
}

/** Without a registry there are no events to show; the rest of the console needs none. */
function schemasOf(config: Config) {
  const { SCHEMA_REGISTRY_URL: url, EVENT_SCHEMAS } = config
  const registry =
    url === undefined ? undefined : createRegistry({ ...config, SCHEMA_REGISTRY_URL: url })
  return { registry, contract: loadContract(EVENT_SCHEMAS) }
}

function requireUsers(config: Config<'KAFKA_BROKERS'>, isLocal: boolean): void {
  if (isLocal) {
    const isBeside = config.KAFKA_BROKERS.every((broker) => LOCAL_BROKER.test(broker))
    if (isBeside) return
    throw invalid('--local: expected brokers on this machine, got others: it has no login')
  }
  if (config.CONSOLE_USERS !== undefined) return
  throw invalid(
    'CONSOLE_USERS: required, expected the users of the console, got nothing; "inventory-events console user NAME --role ROLE" prints one',
  )
}

function invalid(message: string): InventoryEventsError {
  return new InventoryEventsError('CONFIG_INVALID', message)
}
