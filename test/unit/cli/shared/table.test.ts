import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tableText } from '../../../../src/cli/shared/table.ts'
import { textWidth } from '../../../../src/util/text/text-width.ts'

const place = 'inventory.events.dead-letters/3@120'
const columns = ['PLACE', 'PLUGIN', 'ERROR']
const rows = [
  [place, 'cold-chain', 'TypeError: Cannot read properties of undefined'],
  [`${place}7`, 'b', ''],
]

it('has a header, and columns of equal width', () => {
  expect(tableText({ columns, rows })).toBe(
    [
      'PLACE                                 PLUGIN      ERROR',
      'inventory.events.dead-letters/3@120   cold-chain  TypeError: Cannot read properties of undefined',
      'inventory.events.dead-letters/3@1207  b           -',
    ].join('\n'),
  )
})

it('cuts prose on a terminal, and folds rows that are wider', () => {
  expect(tableText({ columns, rows }, 82)).toContain('cold-chain  TypeError: Cannot read properti…')
  expect(tableText({ columns, rows }, 60).split('\n').slice(0, 4)).toEqual([
    'PLACE                                 PLUGIN',
    '  ERROR',
    `${place}   cold-chain`,
    '  TypeError: Cannot read properties of undefined',
  ])
})

it('counts the columns that characters take', () => {
  expect(['lot', '冷蔵庫', 'e\u0301', '🚚', 'ｶﾅ'].map(textWidth)).toEqual([3, 6, 1, 2, 2])
  const wide = tableText({
    columns: ['KEY', 'N'],
    rows: [
      ['冷蔵庫', '1'],
      ['lot', '2'],
    ],
  })
  expect(wide).toBe('KEY     N\n冷蔵庫  1\nlot     2')
})

it('one long cell does not widen other rows where there is no terminal', () => {
  const [, long, short] = tableText({
    columns: ['KEY', 'N'],
    rows: [
      ['k'.repeat(900), '1'],
      ['k', '2'],
    ],
  }).split('\n')
  expect(long).toBe(`${'k'.repeat(900)}  1`)
  expect(short).toBe(`k${' '.repeat(61)}2`)
})

describe('whatever others wrote', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  const table = fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.record({
      columns: fc.constant(Array.from({ length: count }, (_, n) => `C${n}`)),
      rows: fc.array(fc.array(text, { minLength: count, maxLength: count }), { maxLength: 5 }),
    }),
  )

  it('no cell holds a control character or breaks a line', () => {
    fc.assert(
      fc.property(table, ({ columns, rows }) => {
        const lines = tableText({ columns, rows }).split('\n')
        expect(lines).toHaveLength(1 + rows.length)
        expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
    )
  })

  it('no line is wider than the terminal, or ends in spaces', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 20, max: 200 }), (table, width) => {
        for (const line of tableText(table, width).split('\n')) {
          expect(textWidth(line)).toBeLessThanOrEqual(width)
          expect(line).toBe(line.trimEnd())
        }
      }),
    )
  })
})
