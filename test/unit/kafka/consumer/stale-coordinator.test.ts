import type { PartitionAssigner } from 'kafkajs'
import { expect, it, vi } from 'vitest'
import { StaleCoordinator } from '../../../../src/kafka/consumer/stale-coordinator.ts'
import { withFetchErrors } from '../../../../src/kafka/patches/fetch-errors.ts'

function doubt() {
  const coordinator = new StaleCoordinator()
  let joined = () => {}
  const on = (_event: string, listener: () => void) => {
    joined = listener
  }
  coordinator.listen({ on, events: { GROUP_JOIN: 'join' } } as never)
  return { coordinator, joined: () => joined() }
}

const failed = (type: string) => Object.assign(new Error('no'), { type })

it('is stale after NOT_COORDINATOR_FOR_GROUP, until the member has rejoined', () => {
  const { coordinator, joined } = doubt()
  for (const error of [failed('COORDINATOR_LOAD_IN_PROGRESS'), new Error('timed out'), undefined]) {
    coordinator.commitFailed(error)
    expect(coordinator.isStale).toBe(false)
  }
  coordinator.commitFailed(failed('NOT_COORDINATOR_FOR_GROUP'))
  expect(coordinator.isStale).toBe(true)
  joined()
  expect(coordinator.isStale).toBe(false)
})

it('makes kafkajs rejoin instead of fetching', async () => {
  const { coordinator, joined } = doubt()
  const fetch = vi.fn(async () => 'fetched')
  const broker = { fetch }
  const cluster = { findBroker: async () => broker }
  withFetchErrors(
    (() => ({})) as unknown as PartitionAssigner,
    () => coordinator.isStale,
  )({ cluster } as never)
  const found = (await cluster.findBroker()) as { fetch(request: unknown): Promise<unknown> }
  coordinator.commitFailed(failed('NOT_COORDINATOR_FOR_GROUP'))
  await expect(found.fetch({})).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' })
  expect(fetch).not.toHaveBeenCalled()
  joined()
  expect(await found.fetch({})).toBe('fetched')
})
