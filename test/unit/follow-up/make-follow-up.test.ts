import { expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { makeFollowUp } from '../../../src/follow-up/make-follow-up.ts'

const CAUSE = {
  eventId: 'event-1',
  idempotencyKey: 'group/plugin/event-1',
  time: '2026-01-15T10:30:00Z',
  source: '/inventory-events/group/plugin',
  hops: 0,
  trace: undefined,
}

const CHANGED = { name: 'stock.changed', kwargs: { change: 3 } }
const UUID_V5 = /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

it('completes an event with what every attempt has in common', () => {
  const made = makeFollowUp(INVENTORY_KINDS, CHANGED, {}, CAUSE)
  expect(made).toEqual(makeFollowUp(INVENTORY_KINDS, { ...CHANGED }, {}, { ...CAUSE }))
  expect(made).toEqual({
    event: { ...CHANGED, id: expect.stringMatching(UUID_V5), time: CAUSE.time, args: [] },
    topic: undefined,
    key: undefined,
    source: CAUSE.source,
    trace: undefined,
    cause: 'event-1',
    hops: 1,
  })
})

it('derives another id for another delivery, and for another name', () => {
  const idOf = (name: string | undefined, idempotencyKey = CAUSE.idempotencyKey) =>
    makeFollowUp(INVENTORY_KINDS, CHANGED, name === undefined ? {} : { name }, {
      ...CAUSE,
      idempotencyKey,
    }).event.id
  const ids = [
    idOf(undefined),
    idOf('a'),
    idOf('b'),
    idOf('a', 'group/plugin/event-2'),
    idOf('a', 'other/plugin/event-1'),
  ]
  expect(new Set(ids).size).toBe(ids.length)
  expect(idOf('stock.changed')).toBe(idOf(undefined))
})

it('keeps an id and a time that are given, the time in UTC', () => {
  const given = { ...CHANGED, id: 'mine', time: '2026-02-01T12:00:00+01:00' }
  const { event } = makeFollowUp(
    INVENTORY_KINDS,
    given,
    { topic: 'stock.changes', key: 'p-1' },
    CAUSE,
  )
  expect(event).toMatchObject({ id: 'mine', time: '2026-02-01T11:00:00Z' })
})

it('takes undefined for what is left out', () => {
  const { event } = makeFollowUp(
    INVENTORY_KINDS,
    { ...CHANGED, id: undefined, time: undefined },
    {},
    CAUSE,
  )
  expect(event).toEqual(makeFollowUp(INVENTORY_KINDS, CHANGED, {}, CAUSE).event)
})

it.each<[unknown, object, string]>([
  [undefined, {}, 'expected an object, got nothing'],
  ['text', {}, 'expected an object, got "text"'],
  [[], {}, 'kind: expected the kind of an inventory event'],
  [{}, {}, 'kind: expected the kind of an inventory event'],
  [{ name: 'x', kwargs: { n: Number.NaN } }, {}, 'kwargs.n: expected'],
  [{ kind: 'inventory.wasted', flowId: 'f' }, {}, 'entityId: expected'],
  [{ name: 'stockitem.movd' }, {}, "'stockitem.movd' is unknown, did you mean 'stockitem.moved'?"],
  [CHANGED, { key: '' }, 'key: expected a text of at most 1024 bytes of UTF-8, got ""'],
  [CHANGED, { key: 7 }, 'key: expected a text of at most 1024 bytes of UTF-8, got number'],
  [CHANGED, { key: 'ä'.repeat(513) }, 'key: expected'],
  [CHANGED, { topic: 'a b' }, 'topic: expected the name of a topic'],
  [CHANGED, { topic: null }, 'topic: expected the name of a topic'],
])('refuses %j with %j', (event, options, message) => {
  expect(() => makeFollowUp(INVENTORY_KINDS, event, options, CAUSE)).toThrow(message)
  expect(() => makeFollowUp(INVENTORY_KINDS, event, options, CAUSE)).toThrow(/^context\.publish: /)
})

it('ends a loop of plugins that cause their own events', () => {
  expect(makeFollowUp(INVENTORY_KINDS, CHANGED, {}, { ...CAUSE, hops: 15 }).hops).toBe(16)
  expect(() => makeFollowUp(INVENTORY_KINDS, CHANGED, {}, { ...CAUSE, hops: 16 })).toThrow(
    'expected at most 16 follow-ups in a row',
  )
})
