import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import type { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import type { OffsetsAnswer } from '../../../../src/kafka/consumer/partition-offsets.ts'
import { Partitions } from '../../../../src/kafka/consumer/partitions.ts'
import { redriveTopicOf } from '../../../../src/topics/names.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const place = (partition: number, topic = 'events') => ({ topic, partition })
const nameOf = ({ topic, partition }: { topic: string; partition: number }) =>
  `${topic}/${partition}`

function situation() {
  const clock = new ManualClock()
  const steps: string[] = []
  const step = (name: string) => (owned: OwnedPartition) =>
    void steps.push(`${name} ${nameOf(owned)}`)
  const offsets = new Map<string, OffsetsAnswer>()
  const readOffsets = vi.fn(async (all: readonly { topic: string; partition: number }[]) => {
    const known = (each: (typeof all)[0]) =>
      offsets.get(nameOf(each)) ?? { committed: 5, committedEpoch: -1, low: 0, high: 100 }
    return new Map(all.map((each) => [nameOf(each), known(each)]))
  })
  const ids = new Map<string, string>()
  const hasCommitted = vi.fn(() => false)
  const intake = {
    begin: vi.fn(async (_owned: unknown) => {}),
    release: vi.fn(async (owned: unknown) => {
      step('release')(owned as OwnedPartition)
      return 'drained' as const
    }),
    end: vi.fn((owned: unknown) => step('end')(owned as OwnedPartition)),
  }
  const ports = {
    intake,
    clock,
    log: pino({ level: 'silent' }),
    fetcher: { add: vi.fn(step('fetch')), remove: vi.fn(step('stop')) },
    readOffsets,
    topicIdOf: (topic: string) => ids.get(topic),
    hasCommitted,
    startOf: vi.fn((_what: unknown, next: number | undefined, { low }: { low: number }) => ({
      offset: next ?? low,
    })),
    onFailure: vi.fn(),
    commit: vi.fn(async () => void steps.push('commit')),
    commitsEnded: vi.fn(async () => {}),
  }
  const partitions = new Partitions(ports)
  const names = () => [...partitions.owned].map(nameOf)
  const get = (partition: number, topic = 'events') => partitions.owned.get(topic, partition)!
  return { ...ports, clock, steps, offsets, ids, partitions, names, get }
}

describe('opening', () => {
  it('begins at the committed offset, and fetches once the intake is ready', async () => {
    const s = situation()
    const { promise, resolve } = Promise.withResolvers<void>()
    s.intake.begin.mockReturnValueOnce(promise)
    expect(s.partitions.assign([place(0)])).toEqual([])
    await settled()
    expect([s.get(0).ledger.expected, s.get(0).committedOffset]).toEqual([5, 5])
    expect([s.steps, s.partitions.mayTake(s.get(0))]).toEqual([[], false])
    resolve()
    await settled()
    expect([s.steps, s.partitions.mayTake(s.get(0))]).toEqual([['fetch events/0'], true])
  })

  it('knows the epoch of the leader that wrote the record before the committed offset', async () => {
    const s = situation()
    s.offsets.set('events/0', { committed: 5, committedEpoch: 7, low: 0, high: 100 })
    s.offsets.set('events/1', { committed: 5, committedEpoch: 7, low: 10, high: 100 })
    s.startOf.mockImplementation((_, next, { low }) => ({ offset: Math.max(next ?? low, low) }))
    s.partitions.assign([place(0), place(1)])
    await settled()
    expect(s.get(0).leaderEpochs.below(5)).toBe(7)
    // What retention has removed says nothing of the record before the start.
    expect(s.get(1).leaderEpochs.below(10)).toBe(-1)
  })

  it('of one that fails holds up no other, and is tried again without hurry', async () => {
    const s = situation()
    s.offsets.set('events/0', new Error('events/0 has no leader'))
    s.partitions.assign([place(0), place(1)])
    await settled()
    expect(s.names()).toEqual(['events/1'])
    await s.clock.advance(10_000)
    expect(s.readOffsets.mock.calls.length).toBeGreaterThanOrEqual(20)
    expect(s.readOffsets.mock.calls.length).toBeLessThanOrEqual(21)
    expect(s.readOffsets.mock.lastCall![0].map(nameOf)).toEqual(['events/0'])
    s.offsets.delete('events/0')
    await s.clock.advance(500)
    expect(s.names()).toEqual(['events/1', 'events/0'])
  })

  it('is tried again while the coordinator is away', async () => {
    const s = situation()
    s.readOffsets.mockRejectedValueOnce(new Error('away'))
    s.partitions.assign([place(0)])
    await s.clock.advance(500)
    expect(s.names()).toEqual(['events/0'])
  })

  it('is tried again while the intake is not ready', async () => {
    const s = situation()
    s.intake.begin.mockRejectedValueOnce(new Error('no marks'))
    s.partitions.assign([place(0)])
    await settled()
    expect(s.steps).toEqual([])
    await s.clock.advance(500)
    expect(s.steps).toEqual(['fetch events/0'])
    expect(s.readOffsets).toHaveBeenCalledTimes(1)
  })

  it('says why it is not read while the intake is not ready', async () => {
    const s = situation()
    const begun = Promise.withResolvers<void>()
    s.intake.begin.mockRejectedValueOnce(new Error('no marks')).mockReturnValueOnce(begun.promise)
    s.partitions.assign([place(0)])
    const why = () => [...s.partitions.owned].map(({ parkedWhy }) => parkedWhy)
    await settled()
    expect(why()).toEqual(['no marks'])
    await s.clock.advance(500)
    expect(why()).toEqual(['no marks'])
    begun.resolve()
    await settled()
    expect(why()).toEqual([undefined])
  })

  it('says what it waits for, of all that it waits for', async () => {
    const s = situation()
    s.partitions.assign([place(0)])
    await settled()
    const [owned] = [...s.partitions.owned]
    const full = { why: 'full', cleared: new Promise<void>(() => {}) }
    s.partitions.waits(owned!, 'transaction', 'a transaction is open')
    s.partitions.obstacle(owned!, full)
    s.partitions.obstacle(owned!, undefined)
    expect(owned!.parkedWhy).toBe('a transaction is open')
    s.partitions.waits(owned!, 'transaction', undefined)
    expect(owned!.parkedWhy).toBe(undefined)
  })

  it('waits for nothing that it waited for before it was suspended', async () => {
    const s = situation()
    s.partitions.assign([place(0)])
    await settled()
    const [owned] = [...s.partitions.owned]
    s.partitions.obstacle(owned!, { why: 'full', cleared: new Promise<void>(() => {}) })
    s.partitions.waits(owned!, 'fetching', 'it has no leader')
    s.partitions.suspend()
    s.partitions.assign([place(0)])
    expect(owned!.parkedWhy).toBe(undefined)
  })

  it('says that it is being prepared', async () => {
    const s = situation()
    s.intake.begin.mockReturnValueOnce(new Promise(() => {}))
    s.partitions.assign([place(0)])
    await settled()
    expect([...s.partitions.owned].map(({ parkedWhy }) => parkedWhy)).toEqual([
      'marks and states are read',
    ])
  })

  it.each([
    ['beyond the end of the log', { committed: 101, committedEpoch: -1, low: 0, high: 100 }, false],
    ['gone', { committed: undefined, committedEpoch: -1, low: 0, high: 100 }, true],
  ])(
    'reads an offset that is %s five times before it is believed',
    async (_, offsets, hasCommitted) => {
      const s = situation()
      s.offsets.set('events/0', offsets)
      s.hasCommitted.mockReturnValue(hasCommitted)
      s.partitions.assign([place(0)])
      await s.clock.advance(1_999)
      expect([s.readOffsets.mock.calls.length, s.names()]).toEqual([4, []])
      await s.clock.advance(1)
      expect([s.readOffsets.mock.calls.length, s.names()]).toEqual([5, ['events/0']])
    },
  )

  it('commits a lower offset than one that is beyond the end', async () => {
    const s = situation()
    s.offsets.set('events/0', { committed: 101, committedEpoch: -1, low: 0, high: 100 })
    s.startOf.mockReturnValue({ offset: 0 })
    s.partitions.assign([place(0)])
    await s.clock.advance(2_000)
    expect(s.get(0).committedOffset).toBe(-1)
  })

  it('ends the service where it must not start', async () => {
    const s = situation()
    s.startOf.mockImplementationOnce(() => {
      throw new Error('out of range')
    })
    s.partitions.assign([place(0)])
    await s.clock.advance(5_000)
    expect(s.onFailure.mock.calls).toEqual([[new Error('out of range')]])
    expect([s.names(), s.readOffsets.mock.calls.length]).toEqual([[], 1])
  })

  it('ends when the partition is lost before it is open', async () => {
    const s = situation()
    const { promise, resolve } = Promise.withResolvers<Map<string, OffsetsAnswer>>()
    s.readOffsets.mockReturnValueOnce(promise)
    s.partitions.assign([place(0)])
    s.partitions.lose([place(0)])
    resolve(new Map([['events/0', { committed: 5, committedEpoch: -1, low: 0, high: 100 }]]))
    await s.clock.advance(2_000)
    expect([s.names(), s.steps, s.partitions.claims]).toEqual([[], [], []])
    expect(s.readOffsets).toHaveBeenCalledTimes(1)
  })

  it('that was begun for an earlier assignment does not count for a later one', async () => {
    const s = situation()
    const { promise, resolve } = Promise.withResolvers<Map<string, OffsetsAnswer>>()
    s.readOffsets.mockReturnValueOnce(promise)
    s.partitions.assign([place(0)])
    s.partitions.lose([place(0)])
    s.offsets.set('events/0', { committed: 50, committedEpoch: -1, low: 0, high: 100 })
    s.partitions.assign([place(0)])
    await settled()
    resolve(new Map([['events/0', { committed: 5, committedEpoch: -1, low: 0, high: 100 }]]))
    await s.clock.advance(1_000)
    expect(s.get(0).ledger.expected).toBe(50)
    expect(s.steps).toEqual(['fetch events/0'])
  })
})

describe('a later assignment', () => {
  it('leaves what stays alone, opens what is new, and returns what leaves', async () => {
    const s = situation()
    s.partitions.assign([place(0), place(1)])
    await settled()
    s.steps.length = 0
    expect(s.partitions.assign([place(1), place(2)])).toEqual([place(0)])
    await settled()
    expect(s.steps).toEqual(['fetch events/2'])
    // It is claimed until it is handed over.
    expect(s.partitions.claims.map(nameOf)).toEqual(['events/0', 'events/1', 'events/2'])
  })
})

describe('handing over', () => {
  it('stops, lets the intake end, commits, and then gives up', async () => {
    const s = situation()
    s.partitions.assign([place(0), place(1)])
    await settled()
    s.steps.length = 0
    const owned = s.get(0)
    s.commit.mockImplementationOnce(async () => {
      expect([owned.lost.aborted, s.partitions.mayTake(owned)]).toEqual([false, false])
      s.steps.push('commit')
    })
    await s.partitions.handOver([place(0)], 1_000)
    expect(s.steps).toEqual([
      'stop events/0',
      'release events/0',
      'commit',
      'stop events/0',
      'end events/0',
    ])
    expect([owned.lost.aborted, s.names()]).toEqual([true, ['events/1']])
    expect(s.partitions.claims).toEqual([place(1)])
  })

  it('does not open what is not open yet', async () => {
    const s = situation()
    s.offsets.set('events/1', new Error('no leader'))
    s.partitions.assign([place(0), place(1)])
    await settled()
    const { promise, resolve } = Promise.withResolvers<'drained'>()
    s.intake.release.mockReturnValueOnce(promise)
    const done = s.partitions.handOver([place(0), place(1)], 10_000)
    s.offsets.delete('events/1')
    await s.clock.advance(5_000)
    expect(s.names()).toEqual(['events/0'])
    resolve('drained')
    await done
    expect([s.names(), s.partitions.claims]).toEqual([[], []])
  })

  it('does not fetch what becomes ready meanwhile', async () => {
    const s = situation()
    const begun = Promise.withResolvers<void>()
    s.intake.begin.mockReturnValueOnce(begun.promise)
    s.partitions.assign([place(0)])
    await settled()
    const { promise, resolve } = Promise.withResolvers<'drained'>()
    s.intake.release.mockReturnValueOnce(promise)
    const done = s.partitions.handOver([place(0)], 10_000)
    begun.resolve()
    await settled()
    expect(s.fetcher.add).not.toHaveBeenCalled()
    resolve('drained')
    await done
    expect(s.fetcher.add).not.toHaveBeenCalled()
  })

  it('of one that comes back later opens it anew', async () => {
    const s = situation()
    s.partitions.assign([place(0)])
    await settled()
    await s.partitions.handOver([place(0)], 1_000)
    s.partitions.assign([place(0)])
    await settled()
    expect(s.partitions.mayTake(s.get(0))).toBe(true)
  })

  it('commits nothing where nothing was open', async () => {
    const s = situation()
    s.offsets.set('events/0', new Error('no leader'))
    s.partitions.assign([place(0)])
    await settled()
    await s.partitions.handOver([place(0)], 1_000)
    expect(s.commit).not.toHaveBeenCalled()
    const before = s.readOffsets.mock.calls.length
    await s.clock.advance(2_000)
    expect(s.readOffsets.mock.calls.length).toBeLessThanOrEqual(before + 1)
    expect(s.names()).toEqual([])
  })
})

it('stops everything while it is suspended, and continues with what is assigned again', async () => {
  const s = situation()
  s.partitions.assign([place(0), place(1)])
  await settled()
  s.partitions.suspend()
  expect([0, 1].map((n) => s.partitions.mayTake(s.get(n)))).toEqual([false, false])
  const [kept] = [s.get(0)]
  expect(s.partitions.assign([place(0)])).toEqual([place(1)])
  expect([s.partitions.mayTake(kept), s.partitions.mayTake(s.get(1))]).toEqual([true, false])
  expect(s.get(0)).toBe(kept)
})

describe('a reset', () => {
  it('begins a new epoch, and one of the redrive partition with it', async () => {
    const s = situation()
    const redrive = redriveTopicOf('events')
    s.partitions.assign([place(0), place(0, redrive)])
    await settled()
    const before = [s.get(0), s.get(0, redrive)]
    s.get(0).ledger.passTo(60)
    s.partitions.reset(s.get(0))
    await settled()
    expect(before.map(({ lost }) => lost.aborted)).toEqual([true, true])
    expect([s.get(0).ledger.expected, s.get(0, redrive).ledger.expected]).toEqual([60, 5])
    expect(s.partitions.claims).toHaveLength(2)
  })

  it('comes for each partition of a topic that was created again', async () => {
    const s = situation()
    s.ids.set('events', 'first')
    s.partitions.assign([place(0), place(1), place(0, 'others')])
    await settled()
    const before = [s.get(0), s.get(1), s.get(0, 'others')]
    s.partitions.resetRecreated()
    expect(before.some(({ lost }) => lost.aborted)).toBe(false)
    s.ids.delete('events')
    s.partitions.resetRecreated()
    expect(before.some(({ lost }) => lost.aborted)).toBe(false)
    s.ids.set('events', 'second')
    s.partitions.resetRecreated()
    await settled()
    expect(before.map(({ lost }) => lost.aborted)).toEqual([true, true, false])
    expect(s.startOf.mock.calls.slice(-2).map(([what]) => what)).toMatchObject([
      { partition: 0, cause: 'recreated', next: 5 },
      { partition: 1, cause: 'recreated', next: 5 },
    ])
    expect(s.get(0).committedOffset).toBe(-1)
  })

  it('comes where a log was cut off and written anew, as far as is known', async () => {
    const s = situation()
    s.offsets.set('events/0', { committed: 12, committedEpoch: 3, low: 0, high: 100 })
    s.partitions.assign([place(0)])
    await settled()
    const before = s.get(0)
    expect(before.leaderEpochs.below(12)).toBe(3)
    before.leaderEpochs.note(12, 4)
    before.leaderEpochs.note(15, 6)
    before.ledger.passTo(20)
    // The new leader has records of epoch 5 up to offset 30: ours of epoch 6 are not in its log.
    s.partitions.truncate(before, { epoch: 5, endOffset: 30 })
    await settled()
    expect([before.lost.aborted, s.get(0).ledger.expected]).toEqual([true, 15])
    expect([15, 20].map((offset) => s.get(0).leaderEpochs.below(offset))).toEqual([4, 4])
    // Its records of epoch 4 end earlier than ours, which its answer to the next fetch says.
    s.partitions.truncate(s.get(0), { epoch: 4, endOffset: 9 })
    await settled()
    expect([s.get(0).ledger.expected, s.get(0).committedOffset]).toEqual([9, -1])
    expect(s.get(0).leaderEpochs.below(9)).toBe(-1)
  })

  it('knows nothing of the record before the start where retention has gone on', async () => {
    const s = situation()
    s.partitions.assign([place(0)])
    await settled()
    s.get(0).leaderEpochs.note(4, 3)
    s.get(0).ledger.passTo(20)
    s.startOf.mockReturnValue({ offset: 15 })
    s.partitions.truncate(s.get(0), { epoch: 3, endOffset: 10 })
    await settled()
    expect([s.get(0).ledger.expected, s.get(0).leaderEpochs.below(15)]).toEqual([15, -1])
  })
})

it('continues an epoch behind what its log has lost, and never back', async () => {
  const s = situation()
  s.partitions.assign([place(0)])
  await settled()
  s.steps.length = 0
  s.get(0).leaderEpochs.note(4, 3)
  s.partitions.skipTo(s.get(0), 50)
  // The record before the new start was never read.
  expect(s.get(0).leaderEpochs.below(50)).toBe(-1)
  expect([s.get(0).ledger.expected, s.steps]).toEqual([50, ['stop events/0', 'fetch events/0']])
  s.partitions.skipTo(s.get(0), 20)
  expect(s.get(0).ledger.expected).toBe(50)
})

describe('what has to be read again', () => {
  it('begins where the group stands when the commit that is under way has ended', async () => {
    const s = situation()
    const redrive = redriveTopicOf('events')
    s.partitions.assign([place(0), place(1), place(0, redrive)])
    await settled()
    const [before, other] = [s.get(0), s.get(1)]
    before.ledger.passTo(60)
    const { promise, resolve } = Promise.withResolvers<void>()
    s.commitsEnded.mockReturnValueOnce(promise)
    s.partitions.redo(place(0))
    await settled()
    expect([before.lost.aborted, s.names()]).toEqual([true, ['events/1']])
    // The group must not give it to another member.
    expect(s.partitions.claims).toHaveLength(3)
    s.offsets.set('events/0', { committed: 30, committedEpoch: -1, low: 0, high: 100 })
    resolve()
    await settled()
    expect([s.get(0).ledger.expected, s.get(0, redrive).ledger.expected]).toEqual([30, 5])
    expect(s.get(1)).toBe(other)
  })

  it('is left to others if it is being handed over', async () => {
    const s = situation()
    s.partitions.assign([place(0)])
    await settled()
    s.intake.release.mockImplementationOnce(async () => {
      s.partitions.redo(place(0))
      return 'drained'
    })
    await s.partitions.handOver([place(0)], 1_000)
    await settled()
    expect([s.names(), s.partitions.claims]).toEqual([[], []])
  })

  it('is nothing if the partition is not open', async () => {
    const s = situation()
    s.partitions.redo(place(0))
    await settled()
    expect([s.steps, s.partitions.claims]).toEqual([[], []])
  })
})
