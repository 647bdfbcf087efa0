const LONG_DIGITS = /\d{16}/
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g
const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * The first integer in the JSON text that a number of JavaScript does not hold exactly, such as
 * `9007199254740993`: parsing would change it without a word. Most texts are done after one look.
 */
export function inexactInteger(json: string): string | undefined {
  if (!LONG_DIGITS.test(json)) return undefined
  const numbers = json.replace(STRINGS, '""').match(NUMBERS) ?? []
  return numbers.find((number) => /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number)))
}
