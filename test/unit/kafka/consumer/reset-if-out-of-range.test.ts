import { expect, it, vi } from 'vitest'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import type { Partitions } from '../../../../src/kafka/consumer/partitions.ts'
import { resetIfOutOfRange } from '../../../../src/kafka/consumer/reset-if-out-of-range.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import {
  EARLIEST,
  type ListOffsetsBody,
} from '../../../../src/kafka/protocol/requests/list-offsets.ts'

/** A partition of which 20 is the next offset, and the range of its log. */
function situation({ low, high }: { low: number; high: number }) {
  const owned = new OwnedPartition('events', 0, 20, 20)
  owned.leaderEpochs.note(19, 7)
  const cluster = {
    leaderOf: () => ({ nodeId: 1, epoch: 8 }),
    send: async (_node: number, _purpose: string, _request: unknown, body: ListOffsetsBody) => {
      const { timestampMs } = body.topics[0]!.partitions[0]!
      const offset = timestampMs === EARLIEST ? low : high
      return { partitions: [{ topic: 'events', partition: 0, errorCode: 0, offset }] }
    },
  }
  const partitions = { mayTake: () => true, reset: vi.fn(), skipTo: vi.fn() }
  const run = () =>
    resetIfOutOfRange(owned, {
      cluster: cluster as unknown as Cluster,
      partitions: partitions as unknown as Partitions,
      findStart: () => ({ offset: low }),
      onFailure: vi.fn(),
    })
  return { owned, partitions, run }
}

it('continues behind what retention has removed', async () => {
  const { owned, partitions, run } = situation({ low: 30, high: 40 })
  await run()
  expect(partitions.skipTo).toHaveBeenCalledWith(owned, 30)
})

it('begins anew in a log that ends before', async () => {
  const { owned, partitions, run } = situation({ low: 0, high: 10 })
  await run()
  expect(partitions.reset).toHaveBeenCalledWith(owned)
})

it('compares epochs no more with a leader that has the offset and not the epoch', async () => {
  const { owned, partitions, run } = situation({ low: 0, high: 40 })
  await run()
  expect(owned.leaderEpochs.below(20)).toBe(-1)
  expect([partitions.skipTo, partitions.reset].map(({ mock }) => mock.calls)).toEqual([[], []])
})
