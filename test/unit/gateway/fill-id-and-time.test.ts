import { expect, it } from 'vitest'
import { createStamp } from '../../../src/gateway/fill-id-and-time.ts'
import { uuidV7 } from '../../../src/publish/uuid-v7.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const setUp = (rememberedIds?: number) => {
  const clock = new ManualClock(Date.parse('2024-01-15T10:30:00.123Z'))
  return { clock, mint: createStamp(() => clock.now(), rememberedIds) }
}

it('creates unique version 7 ids that contain their time', () => {
  const { mint } = setUp()
  const ids = Array.from({ length: 100 }, () => mint.id())
  expect(new Set(ids).size).toBe(100)
  expect(mint.timeOf(ids[0]!)).toBe('2024-01-15T10:30:00.123Z')
})

it('reads the time from a version 7 id, also if an index follows', () => {
  const { mint } = setUp()
  const id = uuidV7(Date.parse('2030-05-06T07:08:09.010Z'))
  expect(mint.timeOf(id)).toBe('2030-05-06T07:08:09.010Z')
  expect(mint.timeOf(`${id.toUpperCase()}:12`)).toBe('2030-05-06T07:08:09.010Z')
})

it('returns the same time for the same id later', async () => {
  const { clock, mint } = setUp()
  const first = mint.timeOf('order-7')
  await clock.advance(5_000)
  expect(mint.timeOf('order-7')).toBe(first)
  expect(mint.timeOf('order-8')).toBe('2024-01-15T10:30:05.123Z')
})

it('bounds the remembered ids', async () => {
  const { clock, mint } = setUp(2)
  const first = mint.timeOf('a')
  const second = mint.timeOf('b')
  await clock.advance(1_000)
  mint.timeOf('c')
  expect(mint.timeOf('b')).toBe(second)
  expect(mint.timeOf('a')).not.toBe(first)
})

it('ignores a time beyond the year 9999 in an id', () => {
  const { mint } = setUp()
  const id = 'ffffffff-ffff-7fff-bfff-ffffffffffff'
  expect(mint.timeOf(id)).toBe('2024-01-15T10:30:00.123Z')
})
