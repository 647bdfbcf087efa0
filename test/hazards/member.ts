import { pino } from 'pino'
import { loadConfig } from '../../src/config/load-config.ts'
import { partitionName, type SourceRecord } from '../../src/event/record.ts'
import { createKafka, openCluster } from '../../src/kafka/client/client.ts'
import { GroupConsumer } from '../../src/kafka/consumer/group-consumer.ts'
import { noHistory } from '../../src/kafka/consumer/offset-reset.ts'
import type { GroupConsumerOptions } from '../../src/kafka/consumer/options.ts'
import type { Epoch, Intake } from '../../src/pipeline/source.ts'
import { systemClock } from '../../src/util/clock.ts'

export interface MemberOptions
  extends Partial<
    Pick<GroupConsumerOptions, 'instanceId' | 'clock' | 'sessionTimeoutMs' | 'rebalanceDrainMs'>
  > {
  name: string
  topics: readonly string[]
  groupId: string
  witness: {
    begins(by: string, epoch: Epoch): void
    ends(by: string, epoch: Epoch): void
    takes(by: string, record: SourceRecord): void
  }
  /** Settings of the client, `KAFKA_BROKERS` among them. */
  settings: Record<string, string>
  /** Called with each record that is taken. */
  onRecord?(record: SourceRecord): void
  /** In place of what handles every record at once. */
  intake?: Partial<Intake>
}

export interface Member {
  consumer: GroupConsumer
  failures: Error[]
  log: Record<string, unknown>[]
  /** The partitions that it fetches, by name. */
  reading(): string[]
}

/** A member of ours without plugins or registry: each record is handled at once, and witnessed. */
export function createMember(options: MemberOptions): Member {
  const { name, witness, settings } = options
  const failures: Error[] = []
  const lines: Record<string, unknown>[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const config = loadConfig({ KAFKA_CLIENT_ID: name, ...settings }, { required: ['KAFKA_BROKERS'] })
  const clock = options.clock ?? systemClock
  const consumer = new GroupConsumer({
    instanceId: undefined,
    sessionTimeoutMs: 10_000,
    rebalanceDrainMs: 3_000,
    ...options,
    cluster: openCluster(createKafka(config, log), clock),
    mode: 'cooperative',
    clock,
    log,
    commitIntervalMs: 100,
    maxFetchedBytes: 64_000_000,
    outOfRange: 'earliest',
    history: noHistory,
    intake: {
      begin: async (epoch) => witness.begins(name, epoch),
      end: (epoch) => witness.ends(name, epoch),
      flush: async () => {},
      release: async () => 'drained',
      drain: async () => 'drained',
      take({ ledger }, record) {
        ledger.accept(record.offset, record.timestampMs, 0)
        witness.takes(name, record)
        options.onRecord?.(record)
        return undefined
      },
      staging: undefined,
      ...options.intake,
    },
    reports: {
      onRebalance() {},
      onCommit() {},
      onOutOfRange() {},
      onFailure: (error) => failures.push(error),
    },
  })
  const reading = () =>
    [...consumer.owned]
      .filter(({ isPrepared }) => isPrepared)
      .map(partitionName)
      .sort()
  return { consumer, failures, log: lines, reading }
}
