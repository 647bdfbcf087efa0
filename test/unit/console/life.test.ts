import { describe, expect, it } from 'vitest'
import { VisibleFields } from '../../../src/console/access/visible-fields.ts'
import { endsIn, nextOf } from '../../../src/console/search/cursor.ts'
import { inOrder } from '../../../src/console/search/in-order.ts'
import { OneAtATime } from '../../../src/console/search/one-at-a-time.ts'
import { genealogyOf } from '../../../src/console/view/genealogy.ts'
import { stepOf } from '../../../src/console/view/life-step.ts'
import { concerns, linksOf } from '../../../src/console/view/links.ts'
import type { SeenEvent } from '../../../src/console/view/seen-event.ts'
import { whereItIs } from '../../../src/console/view/where-it-is.ts'
import type { Event } from '../../../src/event/event.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'

const fields = new VisibleFields([], { inventoryKinds: INVENTORY_KINDS })
const node = (id: string) => ({ id, name: `Node ${id}`, type: 'stage' })
const entity = (id: string, quantity?: number) => ({
  ...{ id, name: `${id}-name`, productId: 'p' },
  ...(quantity !== undefined && { quantity }),
})

let offset = 0
/** An event as an operator sees it, or as a reader does. */
function seen(
  key: string,
  kind: string,
  more: object,
  role: 'operator' | 'reader' = 'operator',
): SeenEvent {
  offset += 1
  const event = { id: `id${offset}`, kind, time: '', transactionId: 't', flowId: 'f', ...more }
  return {
    ...{ place: `t/0@${offset}`, topic: 't', partition: 0, offset, recordMs: offset * 1_000 },
    ...{ entity: key, id: event.id, name: kind, timeMs: offset * 1_000, why: null },
    visible: fields.of(event as unknown as Event, { name: 'x', role }),
  }
}

const received = (id: string, at: string, quantity: number) =>
  seen(id, 'inventory.received', { entity: entity(id, quantity), node: node(at) })
const moved = (id: string, from: string, to: string) =>
  seen(id, 'inventory.moved', { entity: entity(id), from: node(from), to: node(to) })
const merged = (id: string, sources: string[]) =>
  seen(id, 'inventory.merged', {
    ...{ mergedEntity: entity(id, 7), node: node('merge') },
    ...{ sourceEntityIds: sources, sourceEntityNames: sources.map((each) => `${each}-name`) },
  })
const reverted = (id: string, restored: string[]) =>
  seen(id, 'inventory.merge.reverted', {
    ...{ revertedEntityId: id, restoredEntityIds: restored, restoredEntityNames: restored },
    node: node('back'),
  })
const restored = (id: string, source: string) =>
  seen(id, 'inventory.restored', {
    ...{ restoredEntityId: id, sourceEntityId: source, sourceEntityName: `${source}-name` },
    node: node('split'),
  })

function lifeOf(key: string, events: SeenEvent[]) {
  const own = events.filter((each) => each.entity === key || concerns(each, key))
  const steps = inOrder(own).map((each) => stepOf(each, key))
  return { steps: steps.map(({ step }) => step), now: whereItIs(steps) }
}

describe('the life of an entity', () => {
  const events = [
    received('a', 'dock', 5),
    received('b', 'dock', 2),
    moved('a', 'dock', 'cold'),
    merged('m', ['a', 'b']),
    moved('m', 'merge', 'shelf'),
  ]

  it('shows of a source what only the merged entity’s key says', () => {
    const { steps, now } = lifeOf('a', events)
    expect(steps).toEqual(['received', 'moved', 'merged into'])
    expect(now).toMatchObject({
      ...{ state: 'merged', into: { id: 'm', name: 'm-name' }, at: { id: 'merge' } },
      ...{ name: 'a-name', quantity: 5, quantityMs: 1_000 },
    })
    expect(lifeOf('m', events)).toMatchObject({
      steps: ['merged from', 'moved'],
      now: { state: 'here', at: { id: 'shelf' }, quantity: 7 },
    })
  })

  it('a reverted merge brings the sources back, where it happened', () => {
    const all = [...events, reverted('m', ['a', 'b']), moved('a', 'back', 'cold')]
    expect(lifeOf('a', all)).toMatchObject({
      steps: ['received', 'moved', 'merged into', 'restored by a reverted merge', 'moved'],
      now: { state: 'here', at: { id: 'cold' }, into: null },
    })
    expect(lifeOf('b', all).now).toMatchObject({ state: 'here', at: { id: 'back' } })
    expect(lifeOf('m', all).now).toMatchObject({ state: 'reverted' })
  })

  it('what is restored from it makes its quantity uncertain, and is linked both ways', () => {
    const all = [...events, restored('c', 'm')]
    expect(lifeOf('m', all)).toMatchObject({
      steps: ['merged from', 'moved', 'split off'],
      now: { state: 'here', quantity: 7, hasSplitSince: true },
    })
    expect(lifeOf('c', all)).toMatchObject({
      steps: ['restored from'],
      now: { state: 'here', at: { id: 'split' }, quantity: null },
    })
  })

  it('says what changed, and what of it is masked', () => {
    const changes = {
      attributes: { add: [{ key: 'grade', value: 'A' }], updated: [], removed: ['old'] },
      correlations: { add: [], updated: ['po7'], removed: [] },
      spawns: { add: ['e2'] },
    }
    const event = { entityId: 'a', changes }
    expect(stepOf(seen('a', 'inventory.modified', event), 'a').changes).toEqual([
      { how: 'added', what: 'attribute', key: 'grade', value: '"A"' },
      { how: 'removed', what: 'attribute', key: 'old', value: null },
      { how: 'updated', what: 'correlation', key: 'po7', value: null },
      { how: 'added', what: 'spawn', key: 'e2', value: null },
    ])
    const masked = stepOf(seen('a', 'inventory.modified', event, 'reader'), 'a')
    expect([masked.changes, masked.masked]).toEqual([[], ['changes']])
  })

  it('events that are not as their kinds say break nothing', () => {
    for (const kind of INVENTORY_KINDS.keys()) {
      const strange = { entity: 7, node: 'x', changes: [null], sourceEntityIds: [1, null, 'a'] }
      const step = stepOf(seen('a', String(kind), strange), 'a')
      expect(whereItIs([step]).name).toBeNull()
    }
    const unread = { ...seen('a', 'x', {}), visible: null, why: 'no schema' }
    expect(stepOf(unread, 'a')).toMatchObject({ step: 'unreadable', why: 'no schema' })
  })
})

describe('merges and restores', () => {
  const here = (id: string) => ({ id, name: null })
  const limits = { generations: 2, nodes: 50 }

  it('are layers, origins first; what was undone is marked', () => {
    const events = [
      ...[merged('m', ['a', 'b']), merged('n', ['m', 'x']), merged('o', ['n'])],
      ...[reverted('n', ['m', 'x']), restored('a', 'm')],
    ]
    const { nodes, edges, cuts } = genealogyOf(here('a'), linksOf(events), limits)
    expect(nodes.map(({ id, layer }) => [id, layer])).toEqual([
      ['a', 0],
      ['m', 1],
      ['n', 2],
      ['b', -2],
    ])
    expect(
      edges.map((each) => [each.from.id, each.to.id, each.kind, each.revertedMs !== null]),
    ).toEqual([
      ['a', 'm', 'merged', false],
      ['b', 'm', 'merged', false],
      ['m', 'n', 'merged', true],
      ['m', 'a', 'restored', false],
    ])
    expect(cuts).toEqual(['+1 more than 2 generations after'])
  })

  it('end where they are cut, and say so; circles end as well', () => {
    const many = Array.from({ length: 87 }, (_, n) => `s${n}`)
    const circle = [merged('a', ['z']), merged('z', ['a'])]
    const wide = genealogyOf(here('m'), linksOf([merged('m', many)]), limits)
    expect([wide.nodes.length, wide.cuts]).toEqual([
      50,
      ['+38 before: at most 50 entities are shown'],
    ])
    const deep = linksOf([merged('b', ['a']), merged('c', ['b']), merged('d', ['c'])])
    expect(genealogyOf(here('a'), deep, limits).cuts).toEqual(['+1 more than 2 generations after'])
    expect(genealogyOf(here('a'), linksOf(circle), limits).nodes).toHaveLength(2)
  })
})

it('events of a partition stay in its order, whatever their timestamps are', () => {
  const at = (partition: number, own: number, recordMs: number) => {
    return { ...seen('a', 'x', {}), partition, offset: own, recordMs }
  }
  const order = inOrder([at(1, 1, 150), at(0, 2, 100), at(0, 1, 200)])
  expect(order.map(({ partition, offset: own }) => [partition, own])).toEqual([
    [1, 1],
    [0, 1],
    [0, 2],
  ])
})

it('a cursor continues where a search stopped, and is checked', () => {
  const left = [
    { topic: 'a.b', partition: 0, start: 0, end: 123_456 },
    { topic: 'a.b', partition: 2, start: 5, end: 5 },
    { topic: 'c', partition: 1, start: 0, end: 1 },
  ]
  const ends = endsIn(nextOf(left)!)
  expect([...ends]).toEqual([
    ['a.b', [123_456, undefined, undefined]],
    ['c', [undefined, 1]],
  ])
  expect(nextOf([left[1]!])).toBeNull()
  for (const wrong of ['x', 'a:1;b', 'a/b:1', `${'a'.repeat(300)}:1`]) {
    expect(() => endsIn(wrong)).toThrow('cursor: expected')
  }
})

it('one runs at a time; whoever goes before the turn never begins', async () => {
  const line = new OneAtATime()
  const said: string[] = []
  const ends: (() => void)[] = []
  const asked = (name: string, signal = new AbortController().signal) =>
    line.run({ signal, queued: async (ahead) => void said.push(`${name} ${ahead}`) }, async () => {
      await new Promise<void>((resolve) => ends.push(resolve))
      return name
    })
  const gone = new AbortController()
  const all = [asked('a'), asked('b', gone.signal), asked('c')]
  gone.abort()
  await expect(all[1]).rejects.toThrow('cancelled before its turn')
  ends[0]!()
  expect(await all[0]).toBe('a')
  while (ends.length < 2) await Promise.resolve()
  ends[1]!()
  expect(await all[2]).toBe('c')
  expect(said).toEqual(['b 1', 'c 2', 'c 1', 'a 0', 'c 0'])
  void asked('again')
  const waiting = Array.from({ length: 9 }, () => asked('w'))
  await expect(waiting.at(-1)).rejects.toThrow('8 others wait')
  for (const each of waiting.slice(0, 8)) each.catch(() => undefined)
})
