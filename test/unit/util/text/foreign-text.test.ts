import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foreignLines, foreignText, jsonText } from '../../../../src/util/text/foreign-text.ts'

/** C0, DEL and C1; bidi marks, embeddings, overrides and isolates; without width; lone surrogates. */
const RANGES = [
  ...[
    [0, 0x1f],
    [0x7f, 0x9f],
    [0x61c, 0x61c],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
  ],
  ...[
    [0x2060, 0x206f],
    [0xd800, 0xdfff],
    [0xfeff, 0xfeff],
  ],
] as [number, number][]
const isObeyed = (char: string) => {
  const code = char.codePointAt(0) as number
  return RANGES.some(([first, last]) => first <= code && code <= last)
}
const obeyed = (text: string) => [...text].filter(isObeyed)
const anyText = fc.string({ unit: 'binary', maxLength: 40 })
/** UTF-16 units of any kind, so with lone surrogates. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units))
const texts = fc.oneof(anyText, anyUnits)

describe('foreign text', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u009b31m', '\\x9b31m'],
    ['\u0007\u007f', '\\x07\\x7f'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['lot\u202e1-TOL', 'lot\\u{202e}1-TOL'],
    ['\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['\ufefflot\u200b-1', '\\u{feff}lot\\u{200b}-1'],
    ['\ud800x', '\\u{d800}x'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\u2028b', 'a\\u{2028}b'],
  ])('%j is printed as %s', (text, printed) => {
    expect(foreignText(text)).toBe(printed)
  })

  it.each(['Müller', '冷蔵庫 3', 'قمح', 'नमस्ते', '⚠️ 🚚', 'C:\\new', 'e\u0301'])(
    'keeps %s',
    (text) => {
      expect(foreignText(text)).toBe(text)
    },
  )

  it('never contains what a terminal obeys', () => {
    fc.assert(fc.property(texts, (text) => obeyed(foreignText(text)).length === 0))
  })

  it('of several lines, the breaks alone remain', () => {
    expect(foreignLines('a\u001b\n  b\r\n')).toBe('a\\x1b\n  b\\r\n')
    fc.assert(
      fc.property(
        texts,
        (text) => foreignLines(text).split('\n').length === text.split('\n').length,
      ),
    )
  })
})

describe('JSON', () => {
  it('never contains what a terminal obeys, and is of the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(texts, fc.oneof(texts, fc.integer())), (value) => {
        const json = jsonText(value)
        expect(obeyed(json)).toEqual([])
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('may be indented', () => {
    expect(jsonText({ a: '\u009b' }, 2)).toBe('{\n  "a": "\\u009b"\n}')
  })
})
