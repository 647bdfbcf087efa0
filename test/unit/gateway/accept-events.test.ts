import { expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { createAcceptor } from '../../../src/gateway/accept-events.ts'
import type { EventSubmitter } from '../../../src/publish/publisher.ts'
import { ManualClock } from '../../../src/testing/time/manual-clock.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'

const AWAY = new InventoryEventsError('KAFKA_UNAVAILABLE', 'no response', { retryable: true })
const TOO_LARGE = new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', 'too large')

/** Accepts five events; `submit` is called for each that the acceptor submits. */
function accept(
  submit: (id: string, settled: (error?: unknown) => void) => Promise<void> | undefined,
) {
  const submitted: string[] = []
  const publisher: EventSubmitter = {
    submit({ id }, settled) {
      submitted.push(id)
      return submit(id, settled)
    },
  }
  const take = createAcceptor({
    ...{ kinds: INVENTORY_KINDS, publisher, clock: new ManualClock(0), deliveryTimeoutMs: 10_000 },
    ...{ onFailure() {}, onUnknownKinds() {}, onMistyped() {} },
  })
  const events = ['1', '2', '3', '4', '5'].map((id) => {
    return { id, name: 'stockitem.moved', time: '2026-01-02T03:04:05Z', args: [], kwargs: {} }
  })
  return { submitted, answer: take(events).answer }
}

it('submits nothing after an event that failed, because the sender retries all', async () => {
  const { submitted, answer } = accept((id, settled) => {
    settled(id === '3' ? AWAY : undefined)
    return undefined
  })
  expect(await answer).toMatchObject({ status: 503 })
  expect(submitted).toEqual(['1', '2', '3'])
})

it('notices a failure while it waits for room', async () => {
  let fail = () => {}
  const { submitted, answer } = accept((id, settled) => {
    if (id === '1') fail = () => settled(AWAY)
    else settled()
    return id === '2' ? Promise.resolve().then(() => fail()) : undefined
  })
  expect(await answer).toMatchObject({ status: 503 })
  expect(submitted).toEqual(['1', '2'])
})

it('submits all where Kafka refuses one for its size', async () => {
  const { submitted, answer } = accept((id, settled) => {
    settled(id === '3' ? TOO_LARGE : undefined)
    return undefined
  })
  expect(await answer).toMatchObject({ status: 413, errors: [{ index: 2 }] })
  expect(submitted).toEqual(['1', '2', '3', '4', '5'])
})
