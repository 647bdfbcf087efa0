import { pino } from 'pino'
import { onTestFinished, vi } from 'vitest'
import { OwnedPartition } from '../../src/kafka/consumer/owned-partition.ts'
import { Fetcher } from '../../src/kafka/fetch/fetcher.ts'
import type { Taken } from '../../src/kafka/fetch/take-batches.ts'
import type { FetchedPartition } from '../../src/kafka/records/fetch-answer.ts'
import type { Epoch } from '../../src/pipeline/source.ts'
import { batchAt, fakeCluster, holding, TOPIC_ID } from './fake-cluster.ts'
import { ManualClock, settled } from './manual-clock.ts'

const STEP_MS = 10
export const TAKEN: Taken = { type: 'taken' }

/** A fetcher of partitions of one topic. */
export function situation(partitions = 1, maxFetchedBytes = 64 * 1024 * 1024) {
  const clock = new ManualClock()
  const fake = fakeCluster(clock, partitions)
  const takes: [partition: number, offset: number][] = []
  const takeBatches = vi.fn(
    async (epoch: Epoch, { batches }: FetchedPartition, _isCurrent: () => boolean) => {
      for (const { lastOffset } of batches) {
        takes.push([epoch.partition, lastOffset])
        epoch.ledger.passTo(lastOffset + 1)
      }
      return TAKEN
    },
  )
  const lines: { level: string; msg: string }[] = []
  const ports = {
    cluster: fake.cluster,
    maxFetchedBytes,
    clock,
    log: pino(
      { level: 'info', formatters: { level: (level) => ({ level }) } },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    ),
    takeBatches,
    onOutOfRange: vi.fn(),
    onTruncated: vi.fn(),
    onObstacle: vi.fn(),
    onWait: vi.fn(),
    onFailure: vi.fn(),
    onAttempt: vi.fn(),
  }
  const fetcher = new Fetcher(ports)
  onTestFinished(() => fetcher.close())
  const owned = Array.from({ length: partitions }, (_, n) => new OwnedPartition('events', n, 0, 0))
  const addAll = () => {
    for (const each of owned) fetcher.add(each, TOPIC_ID, each.leaderEpochs)
  }
  /** What is fetched comes, and is taken, some turns of the event loop later. */
  async function run(ms: number): Promise<void> {
    for (let turn = 0; turn < 200; turn++) await settled()
    for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
      await clock.advance(Math.min(leftMs, STEP_MS))
      for (let turn = 0; turn < 10; turn++) await settled()
    }
  }
  const partitionsOf = (request: (typeof fake.requests)[0]) =>
    request.body.topics.flatMap(({ partitions: all }) => all.map(({ partition }) => partition))
  /** What was logged, without fields. */
  const logged = () => lines.map(({ level, msg }) => `${level}: ${msg}`)
  return { ...ports, logged, fake, clock, takes, fetcher, owned, addAll, run, partitionsOf }
}

/** A log of batches of one record each, up to an end; `each` of them in one answer. */
export const logUpTo =
  (end: number, each = 2) =>
  ({ offset }: { offset: number }) => {
    if (offset >= end) return undefined
    const count = Math.min(each, end - offset)
    return holding(...Array.from({ length: count }, (_, n) => batchAt(offset + n)))
  }
