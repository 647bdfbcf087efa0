import { expect, it, vi } from 'vitest'
import { Feed } from '../../../../src/kafka/fetch/feed.ts'
import { LeaderEpochs } from '../../../../src/kafka/fetch/leader-epochs.ts'
import { OpenTransactions } from '../../../../src/kafka/fetch/open-transactions.ts'
import type { Fetched } from '../../../../src/kafka/fetch/send-fetch.ts'
import { OffsetLedger } from '../../../../src/pipeline/offset-ledger.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

function situation() {
  const clock = new ManualClock()
  const onWait = vi.fn()
  const lost = new AbortController().signal
  const epoch = { topic: 'events', partition: 0, ledger: new OffsetLedger(7), lost }
  const feed = new Feed(epoch, undefined, new LeaderEpochs())
  const open = new OpenTransactions(clock, onWait)
  /** What came when offset 7 was asked for. */
  const note = (answer: Partial<Fetched>) => {
    const fetched = { errorCode: 0, batches: [], lastStableOffset: 7, highWatermark: 9, ...answer }
    open.note(feed, fetched as unknown as Fetched, 7)
  }
  return { clock, epoch, onWait, note }
}

it('is said once, when it has lasted for long, and when it is over', async () => {
  const { clock, epoch, onWait, note } = situation()
  note({})
  await clock.advance(4_999)
  note({})
  expect(onWait).not.toHaveBeenCalled()
  await clock.advance(1)
  for (let n = 0; n < 3; n++) note({})
  expect(onWait.mock.calls).toEqual([[epoch, '2 offsets from 7 on wait for an open transaction']])
  note({ lastStableOffset: 9, batches: [{}] as unknown as Fetched['batches'] })
  expect(onWait.mock.calls.slice(1)).toEqual([[epoch, undefined]])
})

it('is not said of a short one, at the end of the log, or where records still come', async () => {
  const { clock, onWait, note } = situation()
  for (const answer of [
    { lastStableOffset: 9 },
    { highWatermark: 7 },
    { batches: [{}] as unknown as Fetched['batches'] },
  ]) {
    note({})
    await clock.advance(4_000)
    note(answer)
    await clock.advance(4_000)
    note({})
  }
  expect(onWait).not.toHaveBeenCalled()
})

it('goes on while a fetch fails', async () => {
  const { clock, onWait, note } = situation()
  note({})
  await clock.advance(3_000)
  note({ errorCode: 6, lastStableOffset: -1, highWatermark: -1 })
  await clock.advance(3_000)
  note({})
  expect(onWait).toHaveBeenCalledTimes(1)
})
