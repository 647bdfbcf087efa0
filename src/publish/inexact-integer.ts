const EXACT_DIGITS = 15
const SHOWN_CHARS_MAX = 60
const INTEGER = /^-?\d+$/

const [QUOTE, BACKSLASH, MINUS] = [0x22, 0x5c, 0x2d]

/**
 * Returns the first integer in the JSON text that a JavaScript number can't represent exactly, such
 * as `9007199254740993`: JSON.parse would round it silently. Shortens a very long one. Most texts
 * need only one fast scan; any text, valid JSON or not, takes linear time.
 */
export function inexactInteger(json: string): string | undefined {
  if (!hasLongDigits(json)) return undefined
  for (let at = 0; at < json.length; ) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(json, at)
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(json, at)
      const number = json.slice(at, end)
      if (INTEGER.test(number) && !Number.isSafeInteger(Number(number))) return shortened(number)
      at = end
    } else {
      at++
    }
  }
  return undefined
}

/** Whether there is a run of more than EXACT_DIGITS digits; it must cover one of the sampled positions. */
function hasLongDigits(json: string): boolean {
  for (let at = EXACT_DIGITS; at < json.length; at += EXACT_DIGITS + 1) {
    if (isDigit(json.charCodeAt(at)) && runAround(json, at) > EXACT_DIGITS) return true
  }
  return false
}

function runAround(json: string, at: number): number {
  let [start, end] = [at, at + 1]
  while (isDigit(json.charCodeAt(start - 1))) start--
  while (isDigit(json.charCodeAt(end))) end++
  return end - start
}

/** Behind its closing quote, or the end of the text if it has none. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at + 1
  }
  return json.length
}

function endOfNumber(json: string, start: number): number {
  let end = start + 1
  while (isOfNumber(json.charCodeAt(end))) end++
  return end
}

/** A digit, or one of `+`, `-`, `.`, `E` and `e`. */
function isOfNumber(code: number): boolean {
  if (isDigit(code)) return true
  return code === 0x2b || code === MINUS || code === 0x2e || code === 0x45 || code === 0x65
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function shortened(number: string): string {
  if (number.length <= SHOWN_CHARS_MAX) return number
  return `${number.slice(0, SHOWN_CHARS_MAX)}… (${number.length} digits)`
}
