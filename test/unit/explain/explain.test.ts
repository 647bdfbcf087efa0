import { describe, expect, it } from 'vitest'
import type { PluginStart } from '../../../src/control/control-record.ts'
import { redriveIdOf } from '../../../src/dead-letter/redrive.ts'
import { headersOf, NO_HEADERS } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import type { ReadRecord } from '../../../src/explain/event-reader.ts'
import {
  type ExplainPorts,
  explain,
  type Findings,
  type PluginStates,
} from '../../../src/explain/explain.ts'
import type { Remembered } from '../../../src/explain/explanation.ts'
import type { FoundEvent } from '../../../src/explain/find-event.ts'
import { explanationText } from '../../../src/explain/text.ts'
import { readFilter } from '../../../src/filter/read-filter.ts'
import type { DeliveryQuery, StoredCompletion } from '../../../src/idempotency/lookup.ts'
import { plugin } from '../../support/pipeline-kit.ts'

const MINUTE_MS = 60_000
const nothing = { processEvent() {} }
const none: StoredCompletion = { type: 'none', why: 'no mark' }
const completed: StoredCompletion = {
  type: 'completed',
  outcome: 'processed',
  atMs: 0,
  content: 'same',
  expired: false,
}

/** A record whose content is a text. The event contains only the size of it. */
function found(offset: number, content = 'a', minute = offset): FoundEvent {
  const value = Buffer.from(content)
  const timestampMs = minute * MINUTE_MS
  const key = Buffer.from('ent_1')
  const record = { topic: 't', partition: 0, offset, timestampMs, key, value, headers: NO_HEADERS }
  const event = { id: 'e1', kind: 'made', time: '', size: content.length }
  const writer = { decodeAsWritten: (bytes: Buffer) => bytes.toString() }
  const read = {
    type: 'event',
    schemaId: 7,
    schema: 's.Made',
    name: 'made',
    id: 'e1',
    event,
    writer,
  }
  return { record, read: read as unknown as ReadRecord, knownBy: 'payload' }
}

function letter(offset: number, headers: Record<string, string> = {}): FoundEvent {
  const record: SourceRecord = {
    ...found(offset).record,
    topic: 't.dead-letters',
    offset: 50 + offset,
    headers: headersOf({
      'dlq.plugin': 'plugin',
      'dlq.reason': 'exhausted',
      'dlq.error': 'boom\n\u001b[31mbang',
      'dlq.attempts': '5',
      'dlq.topic': 't',
      'dlq.partition': '0',
      'dlq.offset': String(offset),
      'dlq.group': 'group',
      ...headers,
    }),
  }
  return { record, read: { type: 'undecodable', why: '' }, knownBy: 'ce_id' }
}

/** A redrive of the record for its group. */
function redrive(offset: number, headers: Record<string, string> = {}): FoundEvent {
  const event = found(offset)
  const record: SourceRecord = {
    ...event.record,
    topic: 't.redrive',
    offset: 90 + offset,
    timestampMs: 30 * MINUTE_MS,
    headers: headersOf({
      'redrive.plugin': 'plugin',
      'redrive.group': 'group',
      'redrive.generation': '1',
      'redrive.letter': `t.dead-letters/0@${50 + offset}`,
      'dlq.offset': String(offset),
      ...headers,
    }),
  }
  return { ...event, record }
}

const start: PluginStart = {
  switch: 'start',
  slug: 'plugin',
  offsets: { t: { 0: 5 } },
  by: 'ann',
  at: '2026-01-01T00:00:00Z',
  why: 'it is new',
}

function standing(more: Partial<PluginStates> = {}): ExplainPorts['loadPluginStates'] {
  return async () => ({
    events: 'on',
    of: () => ({ state: 'enabled' }),
    startOf: () => undefined,
    ...more,
  })
}

/** Returns a completion for redriven events only. */
const ofRedrive =
  (note: StoredCompletion) =>
  ({ eventId }: DeliveryQuery) =>
    /#redrive-\d+$/.test(eventId) ? note : none

interface Options extends Partial<Omit<ExplainPorts, 'marks' | 'find'>>, Partial<Findings> {
  note?(asked: DeliveryQuery): StoredCompletion
}

async function explained({ note = () => none, ...options }: Options) {
  const { records = [], letters = [], redrives = [], unknown = [], ...ports } = options
  const searched = [{ topic: 't', partitions: [{ partition: 0, first: 3, end: 9 }] }]
  const explanation = await explain('e1', {
    group: 'group',
    plugins: [plugin(nothing)],
    find: async () => ({ records, letters, redrives, searched, unknown }),
    committed: async () => () => 5,
    loadPluginStates: standing(),
    waitsAt: async () => undefined,
    loadRemembered: async () => () => null,
    marks: { find: async (asked) => asked.map(note), close: async () => {} },
    ...ports,
  })
  const [first] = explanation.records
  return { ...explanation, first, one: first?.plugins[0], text: explanationText(explanation) }
}

describe('records', () => {
  it('are listed oldest first, with the records that they repeat', async () => {
    const { records } = await explained({
      records: [found(8, 'b'), found(2), found(4, 'a'), found(9, 'b')],
    })
    expect(
      records.map(({ offset, content }) => [offset, 'repeats' in content && content.repeats]),
    ).toEqual([
      [2, null],
      [4, { place: 't/0@2', same: true }],
      [8, { place: 't/0@2', same: false }],
      [9, { place: 't/0@8', same: true }],
    ])
  })

  it('below the committed offset are done', async () => {
    const { records } = await explained({ records: [found(4), found(5)] })
    expect(records.map(({ progress }) => progress)).toEqual([
      { type: 'done', committed: 5 },
      { type: 'not-done', committed: 5 },
    ])
    const never = await explained({ records: [found(4)], committed: async () => () => undefined })
    expect(never.first?.progress).toEqual({ type: 'never-committed' })
  })
})

describe('a plugin', () => {
  it.each<[string, Options]>([
    ['processed at 1970-01-01T00:00:00.000Z', { note: () => completed }],
    [
      'skipped by its handler at 1970-01-01T00:00:00.000Z',
      { note: () => ({ ...completed, outcome: 'skipped' }) },
    ],
    [
      'rejected at 1970-01-01T00:00:00.000Z',
      { note: () => ({ ...completed, outcome: 'rejected' }) },
    ],
    [
      'completed at 1970-01-01T00:00:00.000Z',
      { note: () => ({ ...completed, outcome: undefined }) },
    ],
    [
      'processed at 1970-01-01T00:00:00.000Z, expired since',
      { note: () => ({ ...completed, expired: true }) },
    ],
    ['being processed by host/1', { note: () => ({ type: 'claimed', by: 'host/1', untilMs: 0 }) }],
    ['dead-lettered: exhausted', { letters: [letter(4)], note: () => completed }],
    ['the group has committed past it, and no completion is recorded', {}],
    [
      'the group has committed past it; whether it was completed is unknown',
      { note: () => ({ type: 'unknown', why: 'memory' }) },
    ],
    ['not completed yet', { committed: async () => () => 1 }],
    [
      'not completed: the plugin is paused',
      {
        committed: async () => () => 1,
        loadPluginStates: standing({ of: () => ({ state: 'paused' }) }),
      },
    ],
    [
      'not completed: events are off, so it will be skipped',
      {
        committed: async () => () => 1,
        loadPluginStates: standing({ events: 'off' }),
      },
    ],
    [
      "skipped: below the plugin's start of 2026-01-01T00:00:00Z by ann: it is new",
      { loadPluginStates: standing({ startOf: () => start }) },
    ],
    [
      "will be skipped: below the plugin's start of 2026-01-01T00:00:00Z by ann",
      {
        loadPluginStates: standing({ startOf: () => ({ ...start, why: '' }) }),
        committed: async () => () => 1,
      },
    ],
    [
      "skipped, unless it was completed before (unknown): below the plugin's start of 2026-01-01T00:00:00Z by ann: it is new",
      {
        loadPluginStates: standing({ startOf: () => start }),
        note: () => ({ type: 'unknown', why: 'memory' }),
      },
    ],
    [
      'processed at 1970-01-01T00:00:00.000Z',
      { loadPluginStates: standing({ startOf: () => start }), note: () => completed },
    ],
    [
      'the group has committed past it, and no completion is recorded',
      { loadPluginStates: standing({ startOf: () => ({ ...start, offsets: { t: { 0: 4 } } }) }) },
    ],
    ['unwanted', { plugins: [plugin({ ...nothing, wantsProcessEvent: () => false })] }],
    [
      'the group has no committed offset in its partition yet',
      { committed: async () => () => undefined },
    ],
    ['unknown', { committed: () => Promise.reject(new Error('no coordinator')) }],
  ])('has the summary %j', async (summary, options) => {
    const { one, text } = await explained({ records: [found(4)], ...options })
    expect(one?.summary).toBe(summary)
    expect(text).toContain(`\n  plugin: ${summary}\n`)
  })

  it('has the time of the conflict if its id was completed with other content', async () => {
    const asked: string[] = []
    const { one } = await explained({
      records: [found(4)],
      note({ eventId }) {
        asked.push(eventId)
        return eventId === 'e1'
          ? { ...completed, content: 'other' }
          : { ...completed, atMs: MINUTE_MS }
      },
    })
    expect(asked).toEqual(['e1', expect.stringMatching(/^e1#.{22}$/)])
    expect(one?.completion).toEqual({
      type: 'completed',
      outcome: 'processed',
      at: '1970-01-01T00:00:00.000Z',
      content: 'other',
      expired: false,
      conflictAt: '1970-01-01T00:01:00.000Z',
    })
  })

  it.each<[object, object]>([
    [{}, { decision: 'wanted', why: 'the plugin has no filter' }],
    [
      { wantsProcessEvent: () => true },
      { decision: 'wanted', why: 'wantsProcessEvent returned true for made' },
    ],
    [
      { wantsProcessEvent: () => false },
      { decision: 'unwanted', why: 'wantsProcessEvent returned false for made' },
    ],
    [
      { wants: ['x', 'ma*'], wantsProcessEvent: () => true },
      { decision: 'wanted', why: 'wants has ma*' },
    ],
    [
      { wants: ['x'], wantsProcessEvent: () => false },
      { decision: 'unwanted', why: 'wants does not have made' },
    ],
    [
      { wantsProcessEvent: () => 1 },
      { decision: 'error', why: 'wantsProcessEvent: expected true or false, got number' },
    ],
    [
      { where: readFilter({ gt: { 'data.size': 2 } }, '').filter },
      { decision: 'unwanted', why: 'where: data.size is above 2: no, it is 1' },
    ],
    [
      { where: readFilter({ exact: { ce_type: 'made' } }, '').filter },
      { decision: 'wanted', why: 'where: ce_type is "made": yes, it is "made"' },
    ],
    [
      { where: readFilter({ gt: { 'data.size': 'x' } }, '').filter },
      {
        decision: 'error',
        why: 'where: data.size is above "x": expected a string, got a number',
      },
    ],
  ])('%j has the current decision of its filters', async (filters, expected) => {
    const { one } = await explained({
      records: [found(4)],
      plugins: [plugin({ ...nothing, ...filters })],
    })
    expect(one?.filter).toEqual(expected)
  })
})

describe('dead letters', () => {
  it('are listed with their record: those of this group and its plugins, and others', async () => {
    const { one, first, letters, text } = await explained({
      records: [found(4)],
      letters: [
        letter(4),
        letter(4, { 'dlq.group': 'another' }),
        letter(4, { 'dlq.plugin': 'gone', 'dlq.error-code': 'NO\u001b_BAY' }),
        letter(2),
        { ...letter(4), record: { ...letter(4).record, headers: headersOf({}) } },
      ],
    })
    expect(one?.letters).toEqual([
      {
        place: 't.dead-letters/0@54',
        time: '1970-01-01T00:04:00.000Z',
        plugin: 'plugin',
        group: 'group',
        reason: 'exhausted',
        attempts: 5,
        error: 'boom\n\u001b[31mbang',
        code: null,
        thrown: null,
        redrives: 0,
        record: 't/0@4',
      },
    ])
    expect(first?.letters.map((each) => [each.plugin, each.group, each.code])).toEqual([
      ['plugin', 'another', null],
      ['gone', 'group', 'NO\u001b_BAY'],
    ])
    expect(text).toContain('exhausted after 5 attempts: boom\\n\\x1b[31mbang (NO\\x1b_BAY)\n')
    expect(letters.map(({ record }) => record)).toEqual(['t/0@2'])
    expect(text).toContain(
      '    dead letter  t.dead-letters/0@54 1970-01-01T00:04:00.000Z exhausted after 5 attempts: boom\\n\\x1b[31mbang\n',
    )
    expect(text).toContain(
      '\ndead letters whose records were not found\n  plugin of group, record t/0@2',
    )
  })
})

describe('a redrive', () => {
  const redriven = { records: [found(4)], letters: [letter(4)], redrives: [redrive(4)] }

  it.each<[string, Options]>([
    ['processed at 1970-01-01T00:00:00.000Z', { note: ofRedrive(completed) }],
    [
      'being processed by host/1',
      { note: ofRedrive({ type: 'claimed', by: 'host/1', untilMs: 0 }) },
    ],
    [
      'dead-lettered again: rejected',
      {
        letters: [letter(4), letter(4, { 'dlq.redrives': '1', 'dlq.reason': 'rejected' })],
        note: ofRedrive(completed),
      },
    ],
    [
      'not completed yet',
      { redrives: [redrive(4), redrive(4, { 'redrive.generation': '2' })], note: ofRedrive(none) },
    ],
    ['not completed yet', { committed: async () => () => undefined }],
    [
      'the group has committed past it, and no completion is recorded',
      { committed: async () => () => 95, note: ofRedrive(none) },
    ],
    [
      'the group has committed past it; whether it was completed is unknown',
      { committed: async () => () => 95, note: ofRedrive({ type: 'unknown', why: 'memory' }) },
    ],
    ['its outcome is unknown', { committed: () => Promise.reject(new Error('no coordinator')) }],
  ])('has the summary %j', async (summary, options) => {
    const { one, text } = await explained({ ...redriven, ...options })
    expect(one?.summary).toBe(`redriven at 1970-01-01T00:30:00.000Z, ${summary}`)
    expect(one?.redrives.at(-1)).toMatchObject({ plugin: 'plugin', record: 't/0@4', summary })
    expect(text).toContain(
      `    redriven     t.redrive/0@94 1970-01-01T00:30:00.000Z redrive ${one?.redrives.length} of t.dead-letters/0@54: ${summary}\n`,
    )
  })

  it('is unwanted if the filter now declines it', async () => {
    const { one } = await explained({
      ...redriven,
      plugins: [plugin({ ...nothing, wantsProcessEvent: () => false })],
      committed: async () => () => 95,
    })
    expect(one?.summary).toBe('redriven at 1970-01-01T00:30:00.000Z, unwanted')
  })

  it('for all plugins goes to each of them if it can now be decoded', async () => {
    const plugins = ['a', 'b'].map((slug) => plugin({ ...nothing, slug }))
    const forAll = redrive(4, { 'redrive.plugin': '*' })
    const note = ({ plugin: slug, ...asked }: DeliveryQuery) =>
      slug === 'a' ? ofRedrive(completed)({ plugin: slug, ...asked }) : none
    const { first } = await explained({ records: [found(4)], redrives: [forAll], plugins, note })
    expect(first?.plugins.map(({ redrives }) => redrives)).toMatchObject([
      [{ plugin: 'a', completion: { type: 'completed' } }],
      [{ plugin: 'b', completion: { type: 'none' } }],
    ])
    const read = { type: 'undecodable', why: 'still' } as const
    const still = await explained({ records: [found(4)], redrives: [{ ...forAll, read }], plugins })
    expect(still.first?.redrives).toMatchObject([{ plugin: '*', completion: { type: 'unknown' } }])
  })

  it('is looked up by the id that it was claimed with', async () => {
    const asked: DeliveryQuery[] = []
    const note = (delivery: DeliveryQuery) => {
      asked.push(delivery)
      return none
    }
    const again = redrive(4, { 'redrive.generation': '2' })
    const { one } = await explained({ ...redriven, redrives: [again], note })
    const fingerprint = asked[0]?.fingerprint as string
    expect(asked.at(-1)).toEqual({
      plugin: 'plugin',
      eventId: redriveIdOf('e1', fingerprint, { generation: 2, replay: undefined }),
      fingerprint,
      hash: asked[0]?.hash,
      topic: 't',
      partition: 0,
    })
    expect(one?.redrives).toMatchObject([{ generation: 2, completion: none }])
  })

  it('for another group is left out; for another plugin, or without its record, it is listed separately', async () => {
    const { first, one, redrives, text } = await explained({
      ...redriven,
      redrives: [
        redrive(4, { 'redrive.group': 'another' }),
        redrive(4, { 'redrive.plugin': 'gone' }),
        redrive(2),
      ],
    })
    expect(one?.redrives).toEqual([])
    expect(first?.redrives.map(({ plugin }) => plugin)).toEqual(['gone'])
    expect(redrives.map(({ record }) => record)).toEqual(['t/0@2'])
    expect(text).toContain('\n  redriven     for gone: t.redrive/0@94 ')
    expect(text).toContain(
      '\nredriven dead letters whose records were not found\n  for plugin, record t/0@2: ',
    )
  })
})

it('a record below the start of a plugin has that start', async () => {
  const { one, text } = await explained({
    records: [found(4)],
    loadPluginStates: standing({ startOf: () => start }),
  })
  const { by, at, why } = start
  expect(one?.passedBy).toEqual({ first: 5, by, at, why })
  expect(text).toContain(
    '    starts       at offset 5 since 2026-01-01T00:00:00Z by ann: it is new\n',
  )
})

describe('a record that holds no event that can be read', () => {
  const undecodable = { type: 'undecodable', why: 'the first byte is 1' } as const
  const waiting = { type: 'waiting', why: 'the registry is away' } as const
  const bad = { ...found(4), read: undecodable, knownBy: 'bytes' } as const
  const away = { ...found(4), read: waiting, knownBy: 'ce_id' } as const
  const empty = { ...found(4), read: { type: 'tombstone' }, knownBy: 'ce_id' } as const
  const forAll = { 'dlq.plugin': '*', 'dlq.reason': 'undecodable' }
  const notReached = { committed: async () => () => 1 }
  const none = 'it holds no event that can be read, so no plugin gets it'

  it.each<[string, string | null, Options]>([
    [
      'dead-lettered for all plugins: undecodable',
      none,
      { records: [bad], letters: [letter(4, forAll)] },
    ],
    [
      'dead-lettered: undecodable',
      none,
      {
        records: [bad],
        letters: [letter(4, { 'dlq.reason': 'undecodable' })],
      },
    ],
    [`not called: ${none}; no dead letter of it was found`, none, { records: [bad] }],
    [`not called: ${none}; it will be dead-lettered`, none, { records: [bad], ...notReached }],
    [
      'not called: its partition waits at this record until it can be read',
      'its partition waits at this record until it can be read',
      { records: [away], ...notReached },
    ],
    [
      'the group has committed past it; whether it was completed is unknown',
      null,
      { records: [away] },
    ],
    [
      'not called: it has no value, so no plugin gets it',
      'it has no value, so no plugin gets it',
      { records: [empty] },
    ],
  ])('is %s', async (summary, obstacle, options) => {
    const { first, one, text } = await explained(options)
    expect(one).toMatchObject({
      summary,
      filter: { decision: 'not-asked' },
      completion: { type: 'unknown', why: 'its content cannot be read' },
    })
    expect(first?.obstacle).toBe(obstacle)
    expect(text).not.toContain('not found')
    if (obstacle !== null) expect(text).toContain(`\n  obstacle     ${obstacle}\n`)
  })

  it('says what is wrong with it, and what names the event', async () => {
    const { first, text } = await explained({ records: [bad] })
    expect(first?.content).toEqual({ ...undecodable, knownBy: 'bytes' })
    expect(text).toContain('\n  content      cannot be read: the first byte is 1\n')
    expect(text).toContain('\n  known by     its bytes, which hold this id somewhere\n')
    const { text: other } = await explained({ records: [away] })
    expect(other).toContain('\n  content      cannot be read now: the registry is away\n')
  })
})

it('an event behind a record that its partition waits at names that record', async () => {
  const asked: object[] = []
  const { first, one } = await explained({
    records: [found(4)],
    committed: async () => () => 1,
    async waitsAt({ topic, partition, offset }) {
      asked.push({ topic, partition, offset })
      return 'the registry is away'
    },
  })
  expect(asked).toEqual([{ topic: 't', partition: 0, offset: 1 }])
  const obstacle = 'its partition waits at t/0@1: the registry is away'
  expect(first?.obstacle).toBe(obstacle)
  expect(one?.summary).toBe(`not completed yet: ${obstacle}`)
})

describe('unknown facts', () => {
  it('are listed, and everything else is explained', async () => {
    const refuse = () => Promise.reject(new Error('no answer'))
    const { one, events, unknown, text } = await explained({
      records: [found(4)],
      unknown: ['what t2 holds: there is no such topic'],
      committed: refuse,
      loadPluginStates: refuse,
      note: () => ({ type: 'unknown', why: 'the store is away' }),
    })
    expect(events).toBe('unknown')
    expect(one).toMatchObject({ state: { state: 'unknown' }, filter: { decision: 'wanted' } })
    expect(unknown).toEqual([
      'what t2 holds: there is no such topic',
      'the committed offsets of the group: no answer',
      'the states of the plugins: no answer',
    ])
    expect(text).toContain('unknown: the committed offsets of the group: no answer\n')
    expect(text).toContain('    recorded     unknown: the store is away\n')
  })

  it('list a dead letter whose headers are forged as unknown', async () => {
    const { text, letters } = await explained({ letters: [letter(4, { 'dlq.partition': 'abc' })] })
    expect(letters).toEqual([])
    expect(text).toContain(
      'unknown: the dead letter at t.dead-letters/0@54: dlq.partition: expected a whole number, got abc',
    )
  })

  it('include an event that is not found, with the offsets that were searched', async () => {
    const { text } = await explained({})
    expect(text).toBe(
      [
        'event e1, group group',
        '',
        'not found: retention or compaction may have removed it, or it never existed',
        'searched 6 offsets of t (0: 3 to 9)',
      ].join('\n'),
    )
  })
})

describe('what plugins remember', () => {
  it('is shown for plugins with state, whatever it is', async () => {
    const text = async (remembered: Remembered) =>
      (await explained({ records: [found(2)], loadRemembered: async () => () => remembered })).text
    const at = '2026-01-01T00:00:00Z'
    expect(await text({ type: 'state', version: 2, value: { note: '\u001b[31m' }, at })).toContain(
      '    remembers    {"note":"\\u001b[31m"} (version 2, stored at 2026-01-01T00:00:00Z)\n',
    )
    expect(await text({ type: 'nothing' })).toContain('    remembers    nothing of the entity\n')
    expect(await text({ type: 'unreadable', at })).toContain("what this version can't read")
    expect((await explained({ records: [found(2)] })).text).not.toContain('remembers')
  })

  it('is unknown if it cannot be read', async () => {
    const { one, unknown } = await explained({
      records: [found(2)],
      loadRemembered: async () => {
        throw new Error('the store is away')
      },
    })
    expect(one?.remembers).toBeNull()
    expect(unknown).toEqual(['what plugins remember of its entity: the store is away'])
  })
})
