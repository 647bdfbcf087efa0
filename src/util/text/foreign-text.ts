/**
 * What a terminal obeys or does not show: control characters, line separators, lone surrogates, bidi
 * controls, and characters without width. Variation selectors stay: emoji and names consist of them.
 */
const UNSHOWABLE =
  /(?!\p{Variation_Selector})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * A text of others (a key, an error, a reason, a header) as one line that is safe to print: what a
 * terminal would obey, or not show, is escaped. Everything else is kept.
 */
export function foreignText(text: string): string {
  return text.replace(UNSHOWABLE, (char) => SHORT[char] ?? escaped(char))
}

/** As `foreignText`, for a text whose line breaks are meant. */
export function foreignLines(text: string): string {
  return text.split('\n').map(foreignText).join('\n')
}

/** A value as JSON. JSON itself escapes only some of what a terminal obeys. */
export function jsonText(value: unknown, indent?: number): string {
  return safeJson(JSON.stringify(value, null, indent))
}

/** JSON with the same value, in which nothing is left that a terminal obeys but line breaks. */
export function safeJson(json: string): string {
  return json.replace(UNSHOWABLE, (char) => (char === '\n' ? char : jsonEscaped(char)))
}

function escaped(char: string): string {
  const hex = (char.codePointAt(0) as number).toString(16)
  return hex.length > 2 ? `\\u{${hex}}` : `\\x${hex.padStart(2, '0')}`
}

/** One escape for each UTF-16 unit. */
function jsonEscaped(char: string): string {
  return Array.from({ length: char.length }, (_, at) => {
    return `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}
