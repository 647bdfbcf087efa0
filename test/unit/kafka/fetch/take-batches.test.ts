import { describe, expect, it, vi } from 'vitest'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import { createTakeBatches } from '../../../../src/kafka/fetch/take-batches.ts'
import type { FetchedPartition } from '../../../../src/kafka/records/fetch-answer.ts'
import { splitBatches } from '../../../../src/kafka/records/split-batches.ts'
import type { Obstacle } from '../../../../src/pipeline/source.ts'
import { batchAt } from '../../../support/fake-cluster.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const GZIP = 1

function situation({ msPerRecord = 0 } = {}) {
  const owned = new OwnedPartition('topic', 0, 5, 5)
  const clock = new ManualClock()
  const offsets: number[] = []
  const take = vi.fn((_epoch: unknown, { offset }: { offset: number }): Obstacle | undefined => {
    clock.pass(msPerRecord)
    offsets.push(offset)
    owned.ledger.accept(offset, 0, 0)
    return undefined
  })
  const mayTake = vi.fn(() => !owned.lost.aborted)
  const takeBatches = createTakeBatches({ intake: { take }, clock, mayTake })
  const run = (bytes: Buffer, skipped: readonly number[] = [], isCurrent = () => true) => {
    const { batches } = splitBatches(bytes)
    const fetched = { batches, skipped: new Set(skipped.map((n) => batches[n]!)) }
    return takeBatches(owned, fetched as unknown as FetchedPartition, isCurrent)
  }
  return { owned, clock, take, offsets, mayTake, run }
}

const batches = (...all: Buffer[]) => Buffer.concat(all)

function flipped(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes)
  other[other.length - 2]! ^= 1
  return other
}

it('takes the records from where the ledger stands, and passes to the end of the last batch', async () => {
  const { run, offsets, owned } = situation()
  expect(await run(batches(batchAt(2, 5), batchAt(7, 2, { lastOffsetDelta: 4 })))).toEqual({
    type: 'taken',
  })
  expect(offsets).toEqual([5, 6, 7, 8])
  expect(owned.ledger.expected).toBe(12)
})

it('passes over batches without records to hand over, and over those it has had', async () => {
  const { run, offsets, owned } = situation()
  await run(batches(batchAt(1, 2), batchAt(5, 2), batchAt(7, 1)), [1])
  expect(offsets).toEqual([7])
  expect(owned.ledger.expected).toBe(8)
  await run(batchAt(5, 3))
  expect(offsets).toEqual([7])
})

it('takes nothing of a partition that is not this member’s', async () => {
  const { run, take, mayTake, owned } = situation()
  mayTake.mockReturnValue(false)
  expect(await run(batchAt(5))).toEqual({ type: 'ended' })
  expect(take).not.toHaveBeenCalled()
  expect(owned.ledger.expected).toBe(5)
})

it('yields the thread regularly while it takes a large batch', async () => {
  const { run, take } = situation({ msPerRecord: 1 })
  let turns = 0
  let isDone = false
  const count = () => {
    turns += 1
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  await run(batchAt(5, 100))
  isDone = true
  expect(take).toHaveBeenCalledTimes(100)
  expect(turns).toBeGreaterThan(4)
})

it.each([
  ['lost', (s: ReturnType<typeof situation>) => s.owned.lose()],
  ['given up', (s: ReturnType<typeof situation>) => void s.mayTake.mockReturnValue(false)],
])('takes nothing more of a partition that was %s while it had yielded', async (_, end) => {
  const s = situation({ msPerRecord: 1 })
  setImmediate(() => end(s))
  expect(await s.run(batchAt(5, 1_000))).toEqual({ type: 'ended' })
  expect(s.offsets.length).toBeLessThan(50)
  expect(s.owned.ledger.expected).toBe(5 + s.offsets.length)
})

it('takes nothing more when it is fetched anew meanwhile', async () => {
  const s = situation({ msPerRecord: 1 })
  let isCurrent = true
  setImmediate(() => {
    isCurrent = false
  })
  expect(await s.run(batchAt(5, 1_000), [], () => isCurrent)).toEqual({ type: 'ended' })
  expect(s.offsets.length).toBeLessThan(50)
})

describe('an obstacle', () => {
  it('that is cleared soon is waited for, and the record offered again', async () => {
    const { run, take, offsets, clock } = situation()
    const { promise: cleared, resolve } = Promise.withResolvers<void>()
    take.mockReturnValueOnce({ why: 'full', cleared })
    const taken = run(batchAt(5, 2))
    await clock.advance(1_999)
    resolve()
    expect(await taken).toEqual({ type: 'taken' })
    expect(offsets).toEqual([5, 6])
    expect(clock.pending).toBe(0)
  })

  it('that stays ends the taking at its record', async () => {
    const { run, take, owned, clock } = situation()
    const obstacle = { why: 'full', cleared: new Promise<void>(() => {}) }
    take.mockImplementation((_, { offset }) => {
      if (offset === 7) return obstacle
      owned.ledger.accept(offset, 0, 0)
      return undefined
    })
    const taken = run(batchAt(5, 9))
    await clock.advance(2_000)
    expect(await taken).toEqual({ type: 'obstacle', obstacle })
    expect(owned.ledger.expected).toBe(7)
  })

  it('that comes again and again ends the taking, however soon each is cleared', async () => {
    const { run, take, clock } = situation()
    take.mockImplementation(() => ({ why: 'closed', cleared: clock.sleep(500) }))
    const taken = run(batchAt(5))
    await clock.advance(2_000)
    expect(await taken).toMatchObject({ type: 'obstacle', obstacle: { why: 'closed' } })
  })

  it('that is followed by another one waits for that as well', async () => {
    const { run, take, offsets, clock } = situation()
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    take.mockReturnValueOnce({ why: 'one', cleared: first.promise })
    take.mockReturnValueOnce({ why: 'two', cleared: second.promise })
    const taken = run(batchAt(5))
    await clock.advance(900)
    first.resolve()
    await clock.advance(900)
    second.resolve()
    expect(await taken).toEqual({ type: 'taken' })
    expect(offsets).toEqual([5])
  })

  it('of a partition that is lost meanwhile ends it', async () => {
    const { run, take, owned } = situation()
    const { promise: cleared, resolve } = Promise.withResolvers<void>()
    take.mockReturnValue({ why: 'full', cleared })
    const taken = run(batchAt(5))
    await settled()
    owned.lose()
    resolve()
    expect(await taken).toEqual({ type: 'ended' })
    expect(take).toHaveBeenCalledTimes(1)
  })
})

describe('a corrupt batch', () => {
  it('is never handed over, and never passed', async () => {
    const { run, offsets, owned, clock } = situation()
    const taken = await run(batches(batchAt(5), flipped(batchAt(6, 3)), batchAt(9)))
    const why = 'corrupt batch at topic/0@6: the checksum does not match the bytes'
    expect(taken).toEqual({ type: 'obstacle', obstacle: { why, cleared: expect.any(Promise) } })
    expect(offsets).toEqual([5])
    expect(owned.ledger.expected).toBe(6)
    let isCleared = false
    void (taken as { obstacle: Obstacle }).obstacle.cleared.then(() => {
      isCleared = true
    })
    await clock.advance(4_999)
    expect(isCleared).toBe(false)
    await clock.advance(1)
    expect(isCleared).toBe(true)
  })

  it('by any flipped bit behind its length is never handed over, and never ends the service', async () => {
    const whole = batchAt(5, 3)
    const [afterLength, magic] = [12, 16]
    for (let at = afterLength; at < whole.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const { run, offsets } = situation()
        const bytes = Buffer.from(whole)
        bytes[at]! ^= 1 << bit
        const { type } = await run(batches(bytes, batchAt(8)))
        // The checksum covers neither the leader's epoch nor the format, of which 0 is an older one.
        const isCovered = at > magic || bytes[magic] === 0
        const expected = isCovered ? ['obstacle', []] : ['taken', [5, 6, 7, 8]]
        expect([at, bit, type, offsets]).toEqual([at, bit, ...expected])
      }
    }
  })

  it('with an intact checksum ends at the record that is wrong', async () => {
    const { run, offsets, owned } = situation()
    const broken = (body: Buffer) => {
      body[body.length - 8] = 0x7f
      return body
    }
    const taken = await run(batchAt(5, 3, { compress: broken }))
    expect(taken).toMatchObject({
      type: 'obstacle',
      obstacle: { why: expect.stringMatching(/^corrupt batch at topic\/0@/) },
    })
    expect(owned.ledger.expected).toBe(5 + offsets.length)
  })
})

it('fails where a defect keeps a record from being taken, naming the record', async () => {
  const { run, take, owned } = situation()
  take.mockImplementationOnce(() => {
    throw new TypeError('Object prototype may only be an Object or null')
  })
  await expect(run(batchAt(5, 3))).rejects.toMatchObject({
    code: 'INTAKE_FAILED',
    record: 'topic/0@5',
    message: 'cannot take the record topic/0@5: Object prototype may only be an Object or null',
  })
  expect(owned.ledger.expected).toBe(5)
})

it('fails at a batch that cannot be decompressed, naming its place', async () => {
  const { run } = situation()
  await expect(run(batchAt(5, 1, { attributes: GZIP }))).rejects.toThrow(
    /^topic\/0@5: cannot read a batch compressed with gzip/,
  )
})
