const EXACT_DIGITS = 15
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g
const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * The first integer in the JSON text that a number of JavaScript does not hold exactly, such as
 * `9007199254740993`: parsing would change it without a word. Most texts are done after one look.
 */
export function inexactInteger(json: string): string | undefined {
  if (!hasLongDigits(json)) return undefined
  const numbers = json.replace(STRINGS, '""').match(NUMBERS) ?? []
  return numbers.find((number) => /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number)))
}

/** Whether more digits follow each other than numbers hold: such a run meets one of the places. */
function hasLongDigits(json: string): boolean {
  for (let at = EXACT_DIGITS; at < json.length; at += EXACT_DIGITS + 1) {
    if (isDigitAt(json, at) && runAround(json, at) > EXACT_DIGITS) return true
  }
  return false
}

function runAround(json: string, at: number): number {
  let [start, end] = [at, at + 1]
  while (isDigitAt(json, start - 1)) start--
  while (isDigitAt(json, end)) end++
  return end - start
}

function isDigitAt(json: string, at: number): boolean {
  const code = json.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}
