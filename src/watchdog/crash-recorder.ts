import type { Config } from '../config/settings.ts'
import { createKafka } from '../kafka/client/client.ts'
import { KafkaCrashStore } from '../kafka/state/crash-store.ts'
import { createLogger } from '../util/logger.ts'
import type { RunningCalls } from './call-table.ts'
import { RECORD_CRASH_TIMEOUT_MS, recordCrash } from './record-crash.ts'

export type CrashRecorder = (calls: RunningCalls) => Promise<void>

/** Records crashes in Kafka. It connects when there is one. */
export function createCrashRecorder(config: Config<'KAFKA_BROKERS'>): CrashRecorder {
  const log = createLogger('silent')
  const store = new KafkaCrashStore({
    kafka: createKafka(config, log),
    groupId: config.KAFKA_GROUP_ID,
    limitMs: RECORD_CRASH_TIMEOUT_MS,
    log,
  })
  return (calls) => recordCrash(calls, store)
}
