import { describe, expect, it } from 'vitest'
import { LeaderEpochs } from '../../../../src/kafka/fetch/leader-epochs.ts'

/** Records from 0 on in epoch 1, from 10 on in epoch 3, from 15 on in epoch 6. */
function read() {
  const epochs = new LeaderEpochs()
  const [offsets, of] = [
    [0, 5, 10, 15, 18],
    [1, 1, 3, 6, 6],
  ]
  for (const [n, offset] of offsets.entries()) epochs.note(offset, of[n]!)
  return epochs
}

const below = (epochs: LeaderEpochs, ...offsets: number[]) =>
  offsets.map((offset) => epochs.below(offset))

it('knows the epoch of the record before an offset', () => {
  expect(below(read(), 0, 1, 10, 11, 15, 16, 1_000)).toEqual([-1, 1, 1, 3, 3, 6, 6])
})

it('takes what is read again for what counts', () => {
  const epochs = read()
  epochs.note(10, 7)
  expect(below(epochs, 10, 11, 20)).toEqual([1, 7, 7])
})

it('keeps the newest of many', () => {
  const epochs = new LeaderEpochs()
  for (let epoch = 0; epoch < 1_000; epoch++) epochs.note(epoch * 10, epoch)
  expect(below(epochs, 10_000, 9_500, 100)).toEqual([999, 949, -1])
})

it('forgets all of it', () => {
  const epochs = read()
  epochs.forget()
  expect(below(epochs, 20)).toEqual([-1])
})

describe('a log that differs', () => {
  it.each([
    ['was cut off in the same epoch', { epoch: 6, endOffset: 17 }, 17],
    ['was cut off in an earlier one', { epoch: 3, endOffset: 12 }, 12],
    ['goes on in an earlier one', { epoch: 5, endOffset: 50 }, 15],
    ['has none of the epochs', { epoch: 0, endOffset: 50 }, 0],
  ])('and %s does so from there', (_, end, from) => {
    expect(read().divergesAt(end)).toBe(from)
  })

  it('leaves what is known of the records before', () => {
    expect(below(read().until(15), 15, 20)).toEqual([3, 3])
    expect(below(read().until(0), 20)).toEqual([-1])
  })
})
