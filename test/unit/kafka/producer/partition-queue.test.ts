import { describe, expect, it, vi } from 'vitest'
import { PartitionQueue, type Portion } from '../../../../src/kafka/producer/partition-queue.ts'

const PRODUCER = 7n
const EPOCH = 3

function portion(values: string[], deadlineMs = 1_000) {
  return {
    records: values.map((value) => ({ key: null, value: Buffer.from(value), timestampMs: 0 })),
    bytes: values.join('').length,
    deadlineMs,
    written: vi.fn(),
    failed: vi.fn(),
  } satisfies Portion
}

/** The epoch and the first sequence number in a batch. */
async function numbersOf(queue: PartitionQueue): Promise<[epoch: number, sequence: number]> {
  const batch = await queue.batch(PRODUCER)
  return [batch!.readInt16BE(51), batch!.readInt32BE(53)]
}

const late = () => new Error('late')

describe('the sequence number of a batch', () => {
  it('follows the records before it', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    queue.add(portion(['a', 'b']))
    expect(await numbersOf(queue)).toEqual([EPOCH, 0])
    queue.written(40)
    queue.add(portion(['c']))
    expect(await numbersOf(queue)).toEqual([EPOCH, 2])
  })

  it('stays with the batch that is sent again, whatever came meanwhile', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    queue.add(portion(['a']))
    const first = await queue.batch(PRODUCER)
    queue.retry(100)
    queue.add(portion(['b']))
    expect(await queue.batch(PRODUCER)).toBe(first)
  })

  it('is of the next epoch after a batch that was given up and may have been written', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    const given = portion(['a'])
    queue.add(given)
    await queue.batch(PRODUCER)
    queue.retry(100)
    queue.expire(1_000, late)
    expect(given.failed).toHaveBeenCalledOnce()
    queue.add(portion(['b'], 2_000))
    expect(await numbersOf(queue)).toEqual([EPOCH + 1, 0])
  })

  it('is of the next epoch after a batch that was given up before its first response', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    queue.add(portion(['a']))
    await queue.batch(PRODUCER)
    queue.expire(1_000, late)
    queue.add(portion(['b'], 2_000))
    expect(await numbersOf(queue)).toEqual([EPOCH + 1, 0])
  })

  it('is not sent with a batch that was given up while it was compressed', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    const compressed = Promise.withResolvers<Buffer>()
    const compressor = { codec: 4, compress: () => compressed.promise }
    queue.add({ ...portion(['a']), compressor })
    const batch = queue.batch(PRODUCER)
    queue.expire(1_000, late)
    compressed.resolve(Buffer.alloc(1))
    expect(await batch).toBeUndefined()
    queue.add(portion(['b'], 2_000))
    expect(await numbersOf(queue)).toEqual([EPOCH, 0])
  })

  it('is used again only if the batch was refused at its first attempt', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    queue.add(portion(['a']))
    await queue.batch(PRODUCER)
    queue.fail(new Error('refused'))
    queue.add(portion(['b']))
    expect(await numbersOf(queue)).toEqual([EPOCH, 0])
  })

  it('is of the next epoch where the leader has lost track', async () => {
    const queue = new PartitionQueue('t', 0, EPOCH)
    queue.add(portion(['a']))
    await queue.batch(PRODUCER)
    queue.renumber()
    expect(await numbersOf(queue)).toEqual([EPOCH + 1, 0])
  })
})

it('tells each portion its own first offset', async () => {
  const queue = new PartitionQueue('t', 0, EPOCH)
  const [first, second] = [portion(['a', 'b']), portion(['c'])]
  queue.add(first)
  queue.add(second)
  await queue.batch(PRODUCER)
  queue.written(40)
  expect(first.written).toHaveBeenCalledWith(40)
  expect(second.written).toHaveBeenCalledWith(42)
  expect(queue.isEmpty).toBe(true)
})

it('tries the parts of a batch that was too large alone, in their order', async () => {
  const queue = new PartitionQueue('t', 0, EPOCH)
  const portions = ['a', 'b', 'c'].map((value) => portion([value]))
  for (const each of portions) queue.add(each)
  await queue.batch(PRODUCER)
  expect(queue.split()).toBe(true)
  for (const [i, each] of portions.entries()) {
    expect(await numbersOf(queue)).toEqual([EPOCH, i])
    queue.written(i)
    expect(each.written).toHaveBeenCalledWith(i)
  }
  expect(queue.split()).toBe(false)
})
