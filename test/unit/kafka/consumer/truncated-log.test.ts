import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { GroupConsumer } from '../../../../src/kafka/consumer/group-consumer.ts'
import { noHistory, type OutOfRangePolicy } from '../../../../src/kafka/consumer/offset-reset.ts'
import type { Epoch, Intake } from '../../../../src/pipeline/source.ts'
import { FakeKafka } from '../../../support/fake-kafka/fake-kafka.ts'
import { ProcessCluster } from '../../../support/fake-kafka/process-cluster.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { ProcessClock } from '../../../support/process-clock.ts'
import { plainRecord } from '../../../support/record-batches.ts'

const TOPIC = 'events'

/** A member of a group that reads the only partition of a topic, whose records say what they are. */
function situation(outOfRange: OutOfRangePolicy = 'earliest') {
  const time = new ManualClock()
  const kafka = new FakeKafka(time)
  kafka.create(TOPIC, 1)
  const log = kafka.partition(TOPIC, 0)!
  const write = (...values: string[]) => {
    log.append(values.map((value) => plainRecord(0, value)))
    kafka.wake()
  }
  const seen: string[] = []
  const take = (epoch: Epoch, { offset, value }: Parameters<Intake['take']>[1]) => {
    epoch.ledger.accept(offset, 0, 0)
    seen.push(`${offset} ${value}`)
    return undefined
  }
  const onOutOfRange = vi.fn()
  const onFailure = vi.fn()
  const clock = new ProcessClock(time)
  const start = async () => {
    const consumer = new GroupConsumer({
      cluster: new ProcessCluster({ kafka, clock, name: 'one' }).asCluster,
      ...{ groupId: 'group', instanceId: undefined, mode: 'cooperative', topics: [TOPIC] },
      intake: {
        ...{ staging: undefined, take, end() {}, async begin() {}, async flush() {} },
        ...{ release: async () => 'drained' as const, drain: async () => 'drained' as const },
      },
      ...{ clock, log: pino({ level: 'silent' }), history: noHistory, outOfRange },
      ...{ sessionTimeoutMs: 10_000, commitIntervalMs: 400, rebalanceDrainMs: 1_000 },
      maxFetchedBytes: 100_000,
      reports: { onRebalance() {}, onCommit() {}, onOutOfRange, onFailure },
    })
    await consumer.start()
    onTestFinished(() => void consumer.stop(0))
    return consumer
  }
  /** What is fetched is taken some turns of the event loop later. */
  async function run(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= 50) {
      await time.advance(50)
      for (let turn = 0; turn < 5; turn++) await settled()
    }
  }
  return { kafka, log, write, seen, onOutOfRange, onFailure, start, run }
}

it('reads what was written in place of records that a new leader does not have', async () => {
  const s = situation()
  s.write('a', 'b')
  s.write('c', 'd')
  await s.start()
  await s.run(3_000)
  expect(s.seen).toEqual(['0 a', '1 b', '2 c', '3 d'])
  s.log.cutOff(2, 1)
  // The log is longer than what was read before anything is asked of it again.
  s.write('x', 'y', 'z')
  await s.run(5_000)
  expect(s.seen.slice(4)).toEqual(['2 x', '3 y', '4 z'])
  expect(s.onOutOfRange.mock.calls).toEqual([[TOPIC, 'truncated', 0]])
  expect(s.onFailure).not.toHaveBeenCalled()
  s.write('after')
  await s.run(2_000)
  expect(s.seen.at(-1)).toBe('5 after')
})

it('finds where the logs part over several elections', async () => {
  const s = situation()
  s.write('a')
  s.log.moveTo(1)
  s.write('b')
  await s.start()
  await s.run(3_000)
  expect(s.seen).toEqual(['0 a', '1 b'])
  s.log.cutOff(0, 0)
  s.write('x', 'y', 'z')
  await s.run(5_000)
  expect(s.seen.slice(2)).toEqual(['0 x', '1 y', '2 z'])
})

it('ends the service where OUT_OF_RANGE is fail', async () => {
  const s = situation('fail')
  s.write('a', 'b')
  await s.start()
  await s.run(3_000)
  s.log.cutOff(0, 1)
  s.write('x', 'y', 'z')
  await s.run(5_000)
  expect(s.onFailure.mock.calls[0]![0]).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  expect(s.seen).toEqual(['0 a', '1 b'])
})
