import { describe, expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { checkPlugin } from '../../../src/plugin/check-plugin.ts'
import wrongOptions from '../../support/bad-plugins/wrong-options.ts'

const good = { slug: 'good', processEvent() {} }
const batch = { maxEvents: 500, maxWaitMs: 200 }
const batched = { slug: 'good', batch, processEvents() {} }

it('reports every invalid option of a plugin at once', () => {
  expect(checkPlugin(INVENTORY_KINDS, wrongOptions)).toEqual([
    "slug: expected up to 63 lower-case letters, digits and dashes, beginning with a letter or digit, got 'Wrong Options'",
    "title: expected up to 200 characters, got ''",
    'wantsProcessEvent: expected a function (name) that is not async and returns true or false, got [AsyncFunction: wantsProcessEvent]',
    "timeoutMs: expected a whole number from 10 to 3600000, got '5s'",
    'concurrency: expected a whole number from 1 to 10000, got 0',
    "onExhausted: expected 'dead-letter' or 'hold', got 'drop'",
    "startFrom: expected 'committed' or 'now', got 'yesterday'",
    'procesEvent: unknown, did you mean processEvent?',
    'retry.maxAttempts: expected a whole number from 1 to 1000, got 1.5',
    'retry.initialDelay: unknown, did you mean initialDelayMs?',
  ])
})

describe.each([
  ['nothing', undefined, /no default export/],
  ['null', null, /default export: expected definePlugin.*got null/],
  ['a list', [good], /default export: expected/],
  ['a function', () => good, /default export: expected/],
  ['an unknown option', { ...good, colour: 'red' }, /^colour: unknown, expected only slug, title/],
  ['a handler that is none', { ...good, processEvent: 'x' }, /^processEvent: expected a function/],
  ['a retry that is none', { ...good, retry: 3 }, /^retry: expected an object, got 3/],
  ['infinite patience', { ...good, timeoutMs: Number.POSITIVE_INFINITY }, /^timeoutMs: .*Infinity/],
  ['a statement for sql', { ...good, sql: 'select' }, /^sql: expected true or false, got 'select'/],
  ['an endless slug', { ...good, slug: 'a'.repeat(64) }, /^slug: expected up to 63/],
  [
    'no delay',
    { ...good, retry: { delaysMs: [] } },
    /^retry.delaysMs: expected a list of 1 to 999, each a whole number from 1 to 3600000, got \[\]$/,
  ],
  ['one delay', { ...good, retry: { delaysMs: 1_000 } }, /^retry.delaysMs: .* got 1000$/],
  ['a delay of 0', { ...good, retry: { delaysMs: [1, 0] } }, /^retry.delaysMs: .* got \[ 1, 0 \]$/],
  ['a hole', { ...good, retry: { delaysMs: new Array(2) } }, /^retry.delaysMs: .* empty items/],
  ['too long a delay', { ...good, retry: { delaysMs: [3_600_001] } }, /^retry.delaysMs: /],
  ['too many delays', { ...good, retry: { delaysMs: Array(1_000).fill(1) } }, /^retry.delaysMs: /],
  [
    'delays beside attempts',
    { ...good, retry: { delaysMs: [1], maxAttempts: 2 } },
    /^retry.maxAttempts: expected nothing beside delaysMs, which replaces it$/,
  ],
  [
    'a mistyped list',
    { ...good, retry: { delayMs: [1] } },
    /^retry.delayMs: unknown, did you mean/,
  ],
  [
    'batch without its handler',
    { slug: 'good', batch },
    /^processEvents: required, expected a function \(events, context\), got nothing$/,
  ],
  [
    'a handler of batches without batch',
    { slug: 'good', processEvents() {} },
    /^batch: required, expected an object \{ maxEvents, maxWaitMs \}, got nothing$/,
  ],
  [
    'two handlers',
    { ...good, ...batched },
    /^processEvent: expected nothing beside processEvents, because a plugin has one of the two$/,
  ],
  [
    'state of a batch',
    { ...batched, state: { version: 1, initial: () => 0 } },
    /^state: expected nothing beside processEvents, because a state belongs to one entity/,
  ],
  [
    'an endless batch',
    { ...batched, batch: { ...batch, maxEvents: 10_001 } },
    /^batch.maxEvents: expected a whole number from 1 to 10000, got 10001$/,
  ],
  [
    'a batch that may wait for ever',
    { ...batched, batch: { maxEvents: 5 } },
    /^batch.maxWaitMs: required, expected a whole number from 0 to 60000, got nothing$/,
  ],
  [
    'a mistyped limit of a batch',
    { ...batched, batch: { ...batch, maxEvent: 5 } },
    /^batch.maxEvent: unknown, did you mean maxEvents\?$/,
  ],
])('%s', (_what, value, expected) => {
  it('is one problem', () => {
    expect(checkPlugin(INVENTORY_KINDS, value)).toEqual([expect.stringMatching(expected)])
  })
})

it('reports nothing for a valid plugin', () => {
  const ok = (value: object) => expect(checkPlugin(INVENTORY_KINDS, value)).toEqual([])
  ok(good)
  ok(batched)
  ok({ ...good, title: 'Good', retry: { maxAttempts: 1 } })
  ok({ ...good, retry: { delaysMs: Array(999).fill(3_600_000) } })
})

describe('wants', () => {
  const wants = ['inventory.moved']

  it.each<[string, object, string]>([
    ['a text', { wants: 'a' }, "wants: expected a list of names, got 'a'"],
    [
      'a slip',
      { wants: ['inventory.movd'] },
      "wants[0]: 'inventory.movd' is unknown, did you mean",
    ],
    [
      'a function beside it',
      { wants, wantsProcessEvent: () => true },
      'wantsProcessEvent: expected nothing beside wants, because a plugin has one of the two',
    ],
    [
      'a path of other kinds',
      { wants, where: { exists: { 'data.entityId': true } } },
      'where: data.entityId: no field of inventory_events.InventoryMoved, did you mean data.entity.id?',
    ],
    [
      'a path of plugin events, none of which it names',
      { wants, where: { exists: { 'data.kwargs.id': true } } },
      'where: data.kwargs.id: no field of inventory_events.InventoryMoved, did you mean',
    ],
    [
      'a filter for other names',
      { wants, where: { exact: { ce_type: 'inventory.wasted' } } },
      'where: expected a filter that can match an event of the wanted names',
    ],
  ])('with %s is one problem', (_what, part, expected) => {
    const problems = checkPlugin(INVENTORY_KINDS, { ...good, ...part })
    expect(problems).toEqual([expect.stringContaining(expected)])
  })

  it('takes the paths of all that it names', () => {
    const where = { any: [{ exists: { 'data.to': true } }, { exists: { 'data.kwargs.id': true } }] }
    expect(
      checkPlugin(INVENTORY_KINDS, { ...good, wants: ['inventory.moved', 'stockitem.*'], where }),
    ).toEqual([])
  })
})
