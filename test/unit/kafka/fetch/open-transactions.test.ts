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
    open.report()
  }
  return { clock, epoch, feed, open, onWait, note }
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
  note({ lastStableOffset: 9, batches: [{ lastOffset: 8 }] as unknown as Fetched['batches'] })
  expect(onWait.mock.calls.slice(1)).toEqual([[epoch, undefined]])
})

it('is not said of a short one, at the end of the log, or where records still come', async () => {
  const { clock, onWait, note } = situation()
  for (const answer of [
    { lastStableOffset: 9 },
    { highWatermark: 7 },
    { batches: [{ lastOffset: 8 }] as unknown as Fetched['batches'] },
  ]) {
    note({})
    await clock.advance(4_000)
    note(answer)
    await clock.advance(4_000)
    note({})
  }
  expect(onWait).not.toHaveBeenCalled()
})

it('is said after the records before it', async () => {
  const { clock, epoch, onWait, note, open } = situation()
  const before = [{ lastOffset: 7 }] as unknown as Fetched['batches']
  note({ lastStableOffset: 8, batches: before })
  await clock.advance(5_000)
  open.report()
  const why = '1 offset from 8 on waits for an open transaction'
  expect(onWait.mock.calls).toEqual([[epoch, why]])
})

it('is over when another one follows it at once, and then that is said', async () => {
  const { clock, epoch, onWait, note, open } = situation()
  note({})
  await clock.advance(5_000)
  open.report()
  note({ lastStableOffset: 8, batches: [{ lastOffset: 7 }] as unknown as Fetched['batches'] })
  await clock.advance(5_000)
  open.report()
  expect(onWait.mock.calls).toEqual([
    [epoch, '2 offsets from 7 on wait for an open transaction'],
    [epoch, undefined],
    [epoch, '1 offset from 8 on waits for an open transaction'],
  ])
})

it('is said though the broker says nothing more of it', async () => {
  const { clock, onWait, note, open } = situation()
  note({})
  await clock.advance(5_000)
  open.report()
  open.report()
  expect(onWait).toHaveBeenCalledTimes(1)
})

it('is not said of a partition that is fetched no more', async () => {
  const { clock, onWait, note, open, feed } = situation()
  note({})
  open.forget(feed)
  await clock.advance(5_000)
  open.report()
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
