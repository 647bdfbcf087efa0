const ASCII = /^[\x20-\x7e]*$/

/** Characters that terminals show in two columns: those of East Asia, and emoji. */
const WIDE =
  /(?![\uff61-\uffdc])[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Yi}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u

/** Made when it is first needed: it loads tables, which takes longer than many a command. */
let graphemes: Intl.Segmenter | undefined

/** How many columns of a terminal a text takes, as far as can be known: terminals differ. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  return widths(text).reduce((sum, [, width]) => sum + width, 0)
}

/** The text, cut so that it takes at most `width` columns; `…` at the end says so. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let [cut, used] = ['', 0]
  for (const [grapheme, taken] of widths(text)) {
    if (used + taken > width - 1) break
    cut += grapheme
    used += taken
  }
  return `${cut}…`
}

function widths(text: string): [grapheme: string, width: number][] {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return [...graphemes.segment(text)].map(({ segment }) => [segment, WIDE.test(segment) ? 2 : 1])
}
