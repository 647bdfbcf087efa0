const EXACT_DIGITS = 15
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g
const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Returns the first integer in the JSON text that a JavaScript number can't represent exactly, such
 * as `9007199254740993`: JSON.parse would round it silently. Most texts need only one fast scan.
 */
export function inexactInteger(json: string): string | undefined {
  if (!hasLongDigits(json)) return undefined
  const numbers = json.replace(STRINGS, '""').match(NUMBERS) ?? []
  return numbers.find((number) => /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number)))
}

/** Whether there is a run of more than EXACT_DIGITS digits; it must cover one of the sampled positions. */
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
