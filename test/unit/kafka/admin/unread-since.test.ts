import { expect, it } from 'vitest'
import { UnreadSince } from '../../../../src/kafka/admin/unread-since.ts'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'

function looking() {
  const unread = new UnreadSince()
  const owned = new OwnedPartition('events', 0, 10, 10)
  return { unread, owned }
}

it('is undefined when everything was read', () => {
  const { unread, owned } = looking()
  unread.look(owned, 10, 1_000)
  expect(unread.sinceMs(owned)).toBeUndefined()
})

it('keeps the time of the first poll that saw records while none is read', () => {
  const { unread, owned } = looking()
  unread.look(owned, 12, 1_000)
  unread.look(owned, 15, 6_000)
  expect(unread.sinceMs(owned)).toBe(1_000)
})

it('resets when a record is read, and starts again if the next one is not', () => {
  const { unread, owned } = looking()
  unread.look(owned, 12, 1_000)
  owned.ledger.passTo(11)
  expect(unread.sinceMs(owned)).toBeUndefined()
  unread.look(owned, 12, 6_000)
  expect(unread.sinceMs(owned)).toBe(6_000)
  owned.ledger.passTo(12)
  unread.look(owned, 12, 11_000)
  expect(unread.sinceMs(owned)).toBeUndefined()
})
