import { hostname } from 'node:os'
import { createKafka } from '../../kafka/client/client.ts'
import { createProducer, type Producer } from '../../kafka/producer/producer.ts'
import { StatusCollector, type StatusSources } from '../../observe/status/collect-status.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { encodeDescriptions } from '../../status/description-record.ts'
import { encodeMinute, encodeStatus } from '../../status/status-record.ts'
import { statusTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import { createLogger, type Logger } from '../../util/logger.ts'
import { settledWithin } from '../../util/with-timeout.ts'
import { version } from '../../version.ts'
import type { ServiceConfig } from '../consumer-group.ts'
import { describePlugins } from './describe-plugins.ts'

type StatusRecord = { key: string; value: Buffer | null }

/** Writes records into the status topic. Each call has a limit. */
export interface StatusSink {
  write(records: readonly StatusRecord[]): Promise<void>
  close(): Promise<void>
}

export interface StatusWriterOptions {
  replica: string
  intervalMs: number
  /** What its plugins are. */
  descriptions: StatusRecord
  collector: Pick<StatusCollector, 'collect' | 'stop'>
  sink: StatusSink
  clock: Clock
  log: Logger
}

const WRITE_MS = 5_000
/** The last word of a replica; without it, it counts as silent, not as stopped. */
const FAREWELL_MS = 1_000

/**
 * Writes this replica's status every few seconds, one record at a time. What can't be written is left out:
 * the next one says more. It is logged, and nothing else depends on it.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions
  readonly #failures: FailureLog
  readonly #stopped = new AbortController()
  #loop: Promise<void> = Promise.resolve()
  #isDescribed = false

  constructor(options: StatusWriterOptions) {
    this.#options = options
    this.#failures = new FailureLog(options)
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    const { collector, sink, clock, replica } = this.#options
    this.#stopped.abort()
    collector.stop()
    const farewell = this.#loop.then(() => sink.write([{ key: replica, value: null }]))
    await settledWithin(farewell, FAREWELL_MS, clock)
    await settledWithin(sink.close(), FAREWELL_MS, clock)
  }

  async #run(): Promise<void> {
    const { clock, intervalMs } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#write()
      await clock.sleep(intervalMs, signal)
    }
  }

  async #write(): Promise<void> {
    const { collector, sink, descriptions } = this.#options
    try {
      const { status, minute } = await collector.collect()
      // What stays the same is repeated: what is older than an hour is gone from the topic.
      const isDue = minute !== undefined || !this.#isDescribed
      const records = [
        ...(minute ? [encodeMinute(minute)] : []),
        ...(isDue ? [descriptions] : []),
        encodeStatus(status),
      ]
      await sink.write(records)
      this.#isDescribed = true
      this.#failures.worked({}, 'the status is written again')
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      this.#failures.failed({ error: messageOf(error) }, 'cannot write the status of this replica')
    }
  }
}

type WriterParts = Omit<
  StatusSources,
  'replica' | 'version' | 'intervalMs' | 'maxInFlightBytes' | 'clock'
> & { config: ServiceConfig; plugins: readonly LoadedPlugin[]; clock: Clock; log: Logger }

/** The writer of this process. */
export function statusWriter({ config, plugins, ...sources }: WriterParts): StatusWriter {
  const [replica, intervalMs] = [replicaName(config), config.STATUS_INTERVAL_MS]
  const maxInFlightBytes = config.MAX_IN_FLIGHT_BYTES
  const collector = new StatusCollector({
    ...{ ...sources, replica, version, intervalMs, maxInFlightBytes },
  })
  const descriptions = encodeDescriptions(replica, describePlugins(plugins))
  const sink = statusSink(config)
  return new StatusWriter({ ...sources, replica, intervalMs, descriptions, collector, sink })
}

/**
 * A sink with a client of its own: whatever happens to this topic, what is known of the others' rights and
 * connections stays as it is. It connects when it has something to write.
 */
function statusSink(config: ServiceConfig): StatusSink {
  const kafka = createKafka(config, createLogger('silent'))
  const limits = { connectTimeoutMs: WRITE_MS, sendTimeoutMs: WRITE_MS }
  const topic = statusTopicOf(config.KAFKA_GROUP_ID)
  let producer: Producer | undefined
  return {
    async write(records) {
      producer ??= await createProducer(kafka, limits)
      const placed = records.map((record) => ({ ...record, partition: 0 }))
      await producer.send(topic, placed, { compress: true })
    },
    close: async () => producer?.close(),
  }
}

/**
 * The name of this replica. A container that is restarted is the same; processes of one host are not.
 */
function replicaName({ KAFKA_GROUP_INSTANCE_ID: instanceId }: ServiceConfig): string {
  return (instanceId ?? `${hostname()}/${process.pid}`).replaceAll('#', '-').slice(0, 200)
}
