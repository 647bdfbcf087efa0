import { expect, it } from 'vitest'
import type { MarkedOutcome } from '../../../../src/event/outcome.ts'
import { lookUpInKafka } from '../../../../src/idempotency/kafka/lookup.ts'
import { markOf, packMarks, packOutcomes } from '../../../../src/idempotency/kafka/mark-format.ts'
import { fakeMarksLog } from '../../../support/fake-marks-log.ts'

const TTL_MS = 1_000

function setUp() {
  let nowMs = 10_000
  const { log, at, faults, writes } = fakeMarksLog(() => nowMs)
  const lookup = lookUpInKafka({
    marksLog: log,
    groupId: 'group',
    clock: { now: () => nowMs },
    ttlMs: TTL_MS,
    signal: new AbortController().signal,
  })
  const complete = (plugin: string, print: string, groupId = 'group', outcome = 'processed') => {
    const value = packMarks([markOf({ groupId, plugin, eventId: 'e1' }, print)])
    const outcomes = packOutcomes([outcome as MarkedOutcome])
    return log.write('events', [{ partition: 2, value, outcomes }])
  }
  const query = (plugin: string, partition = 2) => ({
    plugin,
    eventId: 'e1',
    fingerprint: 'print',
    hash: 'print',
    topic: 'events',
    partition,
  })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { lookup, complete, query, at, faults, writes, pass }
}

it('returns when an event was completed, and with which content', async () => {
  const { lookup, complete, query, pass } = setUp()
  await complete('a', 'print')
  pass(5)
  await complete('b', 'another', 'group', 'skipped')
  await complete('c', 'print', 'another group')
  const completions = await lookup.find([query('a'), query('b'), query('c'), query('a', 0)])
  expect(completions).toEqual([
    {
      type: 'completed',
      outcome: 'processed',
      atMs: 10_000,
      content: 'same',
      expired: false,
    },
    {
      type: 'completed',
      outcome: 'skipped',
      atMs: 10_005,
      content: 'other',
      expired: false,
    },
    { type: 'none', why: expect.stringContaining('no mark') },
    { type: 'none', why: expect.stringContaining('no mark') },
  ])
})

it('returns what the group that made a copied mark completed', async () => {
  const { lookup, complete, query, at } = setUp()
  await complete('a', 'print', 'former')
  await complete('b', 'print', 'former')
  at('events', 2)[0]!.formerGroup = 'former'
  expect(await lookup.find([query('a'), query('b')])).toMatchObject([
    { type: 'completed', content: 'same' },
    { type: 'none' },
  ])
})

it('compares a mark of the version that had no content hashes with the fingerprint', async () => {
  const { lookup, query, at } = setUp()
  const value = Buffer.from('01c0efbdad57a02ddf49e764dc44863b03', 'hex')
  at('events', 2).push({ value, timestampMs: 10_000 })
  const ofMark = { ...query('plugin'), eventId: 'evt_1', fingerprint: 'fingerprint' }
  const found = await lookup.find([ofMark, { ...ofMark, fingerprint: 'another' }])
  expect(found).toMatchObject([{ content: 'same' }, { content: 'other' }])
})

it('returns the oldest unexpired mark, otherwise the newest', async () => {
  const { lookup, complete, query, pass } = setUp()
  await complete('a', 'print')
  pass(TTL_MS)
  expect(await lookup.find([query('a')])).toMatchObject([{ atMs: 10_000, expired: true }])
  await complete('a', 'print')
  pass(1)
  await complete('a', 'print')
  expect(await lookup.find([query('a')])).toMatchObject([{ atMs: 11_000, expired: false }])
})

it('returns unknown if it cannot read the marks topic', async () => {
  const { lookup, complete, query, at, faults, writes } = setUp()
  await complete('a', 'print')
  at('events', 2).push({ value: Buffer.from([9, 9]), timestampMs: 0 })
  expect(await lookup.find([query('a'), query('b')])).toMatchObject([
    { type: 'completed' },
    { type: 'unknown', why: expect.stringContaining('this version can read') },
  ])
  faults.read = true
  expect(await lookup.find([query('a')])).toEqual([{ type: 'unknown', why: 'no answer' }])
  expect(writes).toHaveLength(1)
})
