import { expect, it, vi } from 'vitest'
import { FetchBudget } from '../../../../src/kafka/fetch/fetch-budget.ts'
import type { FetchedPartition } from '../../../../src/kafka/records/fetch-answer.ts'
import type { FetchedBatch } from '../../../../src/kafka/records/split-batches.ts'
import { responseBuffers } from '../../../../src/kafka/wire/response-buffers.ts'

const RESPONSE_BYTES = 200_000

/** What one response holds of so many partitions. */
function partitionsIn(response: Buffer, count: number): FetchedPartition[] {
  const size = response.length / count
  return Array.from({ length: count }, (_, n) => {
    const bytes = response.subarray(n * size, (n + 1) * size)
    return { partition: n, batches: [{ bytes } as FetchedBatch] } as FetchedPartition
  })
}

it('counts a response, and lends its memory to no other, until each partition is released', () => {
  const onRoom = vi.fn()
  const budget = new FetchBudget(1_000_000, onRoom)
  const response = responseBuffers.take(RESPONSE_BYTES)
  const release = budget.hold(partitionsIn(response, 2))
  release()
  expect(budget.leftBytes).toBe(1_000_000 - RESPONSE_BYTES)
  expect(onRoom).not.toHaveBeenCalled()
  expect(responseBuffers.take(RESPONSE_BYTES).buffer).not.toBe(response.buffer)
  release()
  expect(budget.leftBytes).toBe(1_000_000)
  expect(onRoom).toHaveBeenCalledOnce()
  expect(responseBuffers.take(RESPONSE_BYTES).buffer).toBe(response.buffer)
})

it('refuses to release a partition twice: another one may still read its memory', () => {
  const budget = new FetchBudget(1_000_000, () => {})
  const release = budget.hold(partitionsIn(responseBuffers.take(RESPONSE_BYTES), 1))
  release()
  expect(release).toThrow('a response was released more often than it has partitions')
})
