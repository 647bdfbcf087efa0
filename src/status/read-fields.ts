/** Readers of JSON that anyone who may write to the topic has written. Each throws what it expected. */
export type Fields = Readonly<Record<string, unknown>>

/** Longer texts are cut: they would not be looked at, and must not fill the memory. */
const TEXT_MAX = 500

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new Error(`${what}: expected an object`)
}

export function objectIn(fields: Fields, name: string): Fields {
  return fieldsOf(fields[name], name)
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value === 'string') return value.slice(0, TEXT_MAX)
  throw new Error(`${name}: expected a text`)
}

export function textOrNullIn(fields: Fields, name: string): string | null {
  return isAbsent(fields[name]) ? null : textIn(fields, name)
}

export function numberIn(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  throw new Error(`${name}: expected a number`)
}

export function numberOrNullIn(fields: Fields, name: string): number | null {
  return isAbsent(fields[name]) ? null : numberIn(fields, name)
}

export function choiceIn<T extends string>(fields: Fields, name: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === fields[name])
  if (choice !== undefined) return choice
  throw new Error(`${name}: expected ${choices.join(' or ')}`)
}

export function listIn<T>(
  fields: Fields,
  name: string,
  max: number,
  read: (fields: Fields) => T,
): T[] {
  const value = fields[name]
  if (!Array.isArray(value) || value.length > max) {
    throw new Error(`${name}: expected a list of at most ${max}`)
  }
  return value.map((each) => read(fieldsOf(each, name)))
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined
}
