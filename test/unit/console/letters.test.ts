import { describe, expect, it } from 'vitest'
import { filterFrom } from '../../../src/console/dead-letters/filter-from.ts'
import { LetterIndex } from '../../../src/console/dead-letters/letter-index.ts'
import {
  lettersExport,
  lettersOverview,
  lettersPage,
  overviews,
} from '../../../src/console/dead-letters/letters-view.ts'
import { beginAction, previewAction } from '../../../src/console/dead-letters/preview-action.ts'
import { Jobs } from '../../../src/console/jobs/jobs.ts'
import { Previews } from '../../../src/console/previews.ts'
import type { LetterRow } from '../../../src/console/view/dead-letters/letter-row.ts'
import { historyOf } from '../../../src/console/view/dead-letters/letter-view.ts'
import { DLQ } from '../../../src/dead-letter/headers.ts'
import { csvLine } from '../../../src/util/text/csv.ts'
import { decisionRecord, letterRecord, placeAt, redriveRecord } from '../../support/dead-letters.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const viewer = { name: 'v', role: 'viewer' } as const
const reader = { name: 'r', role: 'reader' } as const
const operator = { name: 'o', role: 'operator' } as const
const RETENTION_MS = 60_000

function lettersOf(index: LetterIndex) {
  return {
    ...{ index, isRead: true, problem: undefined, retentionMsOf: () => RETENTION_MS },
    ...{ hasRedrivePartition: () => true, refresh: async () => {}, read: async () => undefined },
  }
}

/** Two ways to fail, of which one failed again; one that was refused, and settled ones. */
function example() {
  const index = new LetterIndex('mine')
  const rejected = {
    [DLQ.reason]: 'rejected',
    [DLQ.errorType]: undefined,
    [DLQ.errorAt]: undefined,
  }
  for (const offset of [0, 1, 2]) index.takeDeadLetter(letterRecord(offset))
  index.takeDeadLetter(letterRecord(3, { [DLQ.redrives]: '1' }))
  index.takeDeadLetter(letterRecord(4, { ...rejected, [DLQ.error]: 'lot 12 is not known' }))
  index.takeDeadLetter(letterRecord(5, { ...rejected, [DLQ.error]: 'lot 99 is not known' }))
  index.takeDeadLetter(letterRecord(6, { ...rejected, [DLQ.error]: 'another thing' }))
  index.takeDeadLetter(letterRecord(7, { [DLQ.omitted]: 'value', [DLQ.valueBytes]: '9' }))
  index.takeDeadLetter(decisionRecord('discard', 8, 1))
  index.takeRedrive(redriveRecord(2))
  return lettersOf(index)
}

describe('the groups', () => {
  it('are those that failed in the same way, the largest first', () => {
    const view = lettersOverview(example(), operator, 200_000)
    expect(
      view.groups.map(({ reason, errorType, count, again }) => [reason, errorType, count, again]),
    ).toEqual([
      ['exhausted', 'TypeError', 3, 1],
      ['rejected', null, 2, 0],
      ['rejected', null, 1, 0],
    ])
    expect(view.groups[0]).toMatchObject({
      ...{ firstMs: 1_000, lastMs: 1_007, expiresMs: 61_000, message: 'no shelf "7" in hall 7' },
    })
    expect(view).toMatchObject({ open: 6, again: 1, settled: { redriven: 1, discarded: 1 } })
    expect(view.chart.counts.reduce((sum, count) => sum + count)).toBe(6)
    expect(view.chart.partMs).toBe(60_000)
    expect(view.chart.counts[20]).toBe(6)
  })

  it('show and are made of no message, where one may hold content', () => {
    for (const user of [viewer, reader]) {
      const view = lettersOverview(example(), user, 200_000)
      expect(view.groups.map(({ reason, count }) => [reason, count])).toEqual([
        ['exhausted', 3],
        ['rejected', 3],
      ])
      expect(JSON.stringify(view)).not.toMatch(/shelf|lot|thing/)
    }
  })

  it('are made once for many viewers, and again when something changed', () => {
    const letters = example()
    const clock = new ManualClock(9_000)
    const overview = overviews(letters, clock)
    const first = overview(operator)
    expect(overview(operator).groups).toBe(first.groups)
    expect(overview(viewer).groups).not.toBe(first.groups)
    letters.index.takeRedrive(redriveRecord(0))
    expect(overview(operator)).toMatchObject({ open: first.open - 1 })
    const changed = overview(operator).groups
    clock.pass(4_000)
    expect(overview(operator).groups).not.toBe(changed)
  })

  it('are lists', () => {
    for (const user of [viewer, operator]) {
      for (const { id, count } of lettersOverview(example(), user, 9_000).groups) {
        expect(lettersPage(example(), { group: id }, user)).toMatchObject({ total: count })
      }
    }
  })
})

describe('a list', () => {
  it('has pages of a hundred, newest first', () => {
    const index = new LetterIndex('mine')
    for (let offset = 0; offset < 250; offset += 1) index.takeDeadLetter(letterRecord(offset))
    const page = (query: object) => lettersPage(lettersOf(index), { ...query }, reader)
    expect(page({})).toMatchObject({ total: 250, page: 1, pages: 3 })
    expect(page({}).rows[0]?.place).toBe(placeAt(249))
    expect(page({ page: '3' }).rows).toHaveLength(50)
    expect(page({ page: '9' }).page).toBe(3)
    for (const wrong of ['0', 'x', '1.5', ['1']])
      expect(() => page({ page: wrong })).toThrow('page')
  })

  it('shows a viewer no keys, ids and messages, and a reader no messages', () => {
    const texts = (user: typeof viewer | typeof reader | typeof operator) =>
      JSON.stringify(lettersPage(example(), {}, user).rows)
    expect(texts(viewer)).not.toMatch(/evt-|lot-|shelf/)
    expect(texts(reader)).toMatch(/evt-0.*|lot-0/)
    expect(texts(reader)).not.toContain('shelf')
    expect(texts(operator)).toContain('shelf')
  })

  it('cannot be searched for what is not shown', () => {
    expect(() => filterFrom({ entity: 'lot-0' }, viewer)).toThrow(
      'entity: only for the role reader',
    )
    expect(() => filterFrom({ id: 'evt-0' }, viewer)).toThrow('id: only')
    expect(lettersPage(example(), { entity: 'lot-0' }, reader)).toMatchObject({ total: 1 })
    expect(() => filterFrom({ status: 'toString' }, viewer)).toThrow('status: expected')
    expect(() => filterFrom({ plugin: 'x'.repeat(2_000) }, viewer)).toThrow('plugin: expected')
  })

  it('has what was settled, with who decided so', () => {
    const { rows } = lettersPage(example(), { status: 'discarded' }, viewer)
    expect(rows).toMatchObject([{ place: placeAt(1), by: 'ann', why: 'counted' }])
  })
})

describe('an export', () => {
  const text = (user: typeof reader | typeof operator, query: Record<string, string>) =>
    [...lettersExport(example(), query, user).lines].join('')

  it('has a line of JSON for each, with what the role may see', () => {
    const lines = text(reader, {})
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(6)
    expect(lines.at(-1)).toMatchObject({ place: placeAt(0), id: 'evt-0', message: null })
    expect(text(operator, { status: 'discarded' })).toContain('"by":"ann"')
    expect(() => text(reader, { format: 'xml' })).toThrow('format: expected one of jsonl, csv')
  })

  it('is refused while it would lack some of them', () => {
    const download = (more: object) => lettersExport({ ...example(), ...more }, {}, operator)
    expect(() => download({ isRead: false })).toThrow('not all dead letters have been read yet')
    expect(() => download({ problem: 'no leader' })).toThrow(/can be read: no leader$/)
    const { index } = example()
    Object.defineProperty(index, 'leftOut', { value: 3 })
    expect(() => download({ index })).toThrow('there are 3 more than are kept here')
  })

  it('is a table that a spreadsheet opens', () => {
    const [head, first] = text(operator, { format: 'csv' }).split('\r\n')
    expect(head).toMatch(/^place,time,status,plugin,reason,kind,id,entity,/)
    expect(first).toContain('"no shelf ""7"" in hall 7"')
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx'])(
    'does not let %j be a formula',
    (cell) => {
      const line = csvLine([cell, 'a=b', -3, null])
      expect(line.replaceAll('"', '')).toBe(`'${cell},a=b,-3,\r\n`)
    },
  )
})

describe('an action', () => {
  const ports = () => {
    const letters = example()
    const clock = new ManualClock(9_000)
    const jobs = new Jobs(clock)
    const plugins = () =>
      [{ slug: 'cold-chain', switched: { state: 'disabled' }, states: {} }] as never
    return {
      ...{ letters, clock, jobs, plugins, groupId: 'mine', kafka: undefined as never },
      previews: new Previews<LetterRow>(clock),
    }
  }

  it('is previewed with what it would not be done to, and why it may not help', async () => {
    const body = { action: 'redrive', filter: { reason: 'exhausted' } }
    expect(await previewAction(ports(), body, operator)).toMatchObject({
      ...{ count: 2, isTyped: false, unchanged: 0 },
      refused: { count: 1, examples: [{ place: placeAt(7) }] },
      sums: [{ plugin: 'cold-chain', reason: 'exhausted', count: 2, note: /disabled/ }].map(
        (sum) => ({ ...sum, note: expect.stringContaining('it is disabled') }),
      ),
      command: `inventory-events dead-letters redrive ${placeAt(3)} ${placeAt(0)}`,
    })
    const places = [placeAt(0), placeAt(1), placeAt(2), placeAt(0)]
    const restore = await previewAction(ports(), { action: 'restore', places }, operator)
    expect(restore).toMatchObject({ count: 1, unchanged: 2 })
  })

  it('names what is there, and nothing else', async () => {
    const preview = (body: object) => previewAction(ports(), { ...body }, operator)
    await expect(preview({ action: 'delete' })).rejects.toThrow('action: expected one of')
    const gone = { action: 'discard', places: [placeAt(77)] }
    await expect(preview(gone)).rejects.toThrow('no dead letter at')
    for (const places of ['x', [7], Array(1_001).fill('x')]) {
      await expect(preview({ action: 'discard', places })).rejects.toThrow('places: expected')
    }
  })

  it('needs a reason, and the number above a hundred', async () => {
    const parts = ports()
    for (let offset = 100; offset < 201; offset += 1)
      parts.letters.index.takeDeadLetter(letterRecord(offset))
    const filter = { reason: 'exhausted' }
    const { token, count, isTyped } = await previewAction(
      parts,
      { action: 'discard', filter },
      operator,
    )
    expect([count, isTyped]).toEqual([104, true])
    const begin = (more: object) =>
      beginAction(parts, 'discard', { token, why: 'x', count: '', ...more }, operator)
    expect(() => begin({ why: ' ' })).toThrow('why: expected a reason')
    expect(() => begin({})).toThrow('count: expected 104')
    expect(() => begin({ count: '103' })).toThrow('count: expected 104')
    expect(() => begin({ token: 'guess', count: '104' })).toThrow('look at a new one')
  })
})

it('the history of a dead letter has those of the same record and plugin', () => {
  const index = new LetterIndex('mine')
  index.takeDeadLetter(letterRecord(0))
  index.takeDeadLetter(letterRecord(1, { [DLQ.redrives]: '1' }))
  index.takeDeadLetter(letterRecord(2, { [DLQ.plugin]: 'other' }))
  index.takeDeadLetter(letterRecord(3, { [DLQ.offset]: '8' }))
  index.takeRedrive(redriveRecord(0))
  const rows = [...index.open(), ...index.settled()]
  const history = historyOf(index.at(placeAt(1))!, rows)
  expect(history.map(({ place, status }) => [place, status])).toEqual([
    [placeAt(0), 'redriven'],
    [placeAt(1), 'open'],
  ])
})
