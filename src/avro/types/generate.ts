import type { Tap } from '../binary/avsc.ts'
import type { Read } from './scalars.ts'

/**
 * Readers are put together in code made for them: in a loop the engine would see every type there is
 * at one call, and look each of them up anew. Of a schema, only names as JSON text get into it.
 */
type Step = (tap: Tap, ...rest: never[]) => unknown

/** One after the other. */
export function inTurn<S extends Step>(steps: readonly S[]): S {
  const names = steps.map((_, i) => `s${i}`)
  const calls = names.map((name) => `${name}(tap, rest)`)
  return new Function(...names, `return (tap, rest) => { ${calls.join('; ')} }`)(...steps) as S
}

/** By the branch that the value is of. */
export function unionReader(branches: readonly Read[]): Read {
  const names = branches.map((_, i) => `r${i}`)
  const cases = names.map((name, i) => `case ${i}: return ${name}(tap)`)
  const code = `return (tap) => {
    const index = tap.readLong()
    switch (index) { ${cases.join('\n')} }
    throw new Error('a union has no branch ' + index)
  }`
  return new Function(...names, code)(...branches) as Read
}

/** Where a field of a record comes from, and when it is left out. */
export interface OutputField {
  name: string
  /** The step that reads it; undefined where it is `constant`. */
  step: number | undefined
  constant: unknown
  /** Null stands for a missing value. */
  omitsNull: boolean
  /** A value that counts as missing. */
  isOmitted: ((value: unknown) => boolean) | undefined
}

export interface RecordPlan {
  /** In the order of the bytes, each with the name of the field for errors. */
  steps: readonly { name: string; read: Read }[]
  /** In the order of the event. */
  fields: readonly OutputField[]
}

interface RecordHelpers {
  enter(): void
  leave(): void
  within(segment: string, error: unknown): Error
  setOwn(object: Record<string, unknown>, key: string, value: unknown): void
}

/** Reads a record as a plain object. */
export function recordReader({ steps, fields }: RecordPlan, helpers: RecordHelpers): Read {
  const reads = steps.map(({ read }) => read)
  const isKept = steps.map((_, i) => fields.some(({ step }) => step === i))
  const lines = steps.map((_, i) => `at = ${i}; ${isKept[i] ? `v${i} = ` : ''}r${i}(tap)`)
  const code = `
    const { enter, leave, within, setOwn } = helpers
    ${steps.map((_, i) => `const r${i} = r[${i}]`).join('; ')}
    return (tap) => {
      enter()
      let at = 0
      let ${['none', ...steps.map((_, i) => `v${i}`)].join(', ')}
      try {
        ${lines.join('\n')}
      } catch (error) {
        throw within(names[at], error)
      }
      leave()
      ${objectCode(fields)}
    }`
  const names = steps.map(({ name }) => name)
  const make = new Function('r', 'names', 'fields', 'helpers', code)
  return make(reads, names, fields, helpers) as Read
}

/** A literal of what is always there, as far as it comes first, and then one field after the other. */
function objectCode(fields: readonly OutputField[]): string {
  const isAlways = ({ omitsNull, isOmitted }: OutputField) => !omitsNull && isOmitted === undefined
  const firstOther = fields.findIndex((field) => !isAlways(field))
  const count = firstOther < 0 ? fields.length : firstOther
  const literal = fields
    .slice(0, count)
    .map((field, i) => `${keyCode(field.name)}: ${valueCode(field, i)}`)
  const rest = fields.slice(count).map((field, i) => assignment(field, count + i))
  return `const object = { ${literal.join(', ')} }\n${rest.join('\n')}\nreturn object`
}

function assignment(field: OutputField, i: number): string {
  const value = valueCode(field, i)
  const conditions = [
    ...(field.omitsNull ? [`${value} !== null`] : []),
    ...(field.isOmitted === undefined ? [] : [`!fields[${i}].isOmitted(${value})`]),
  ]
  const name = JSON.stringify(field.name)
  const set =
    field.name === '__proto__' ? `setOwn(object, ${name}, ${value})` : `object[${name}] = ${value}`
  return conditions.length === 0 ? set : `if (${conditions.join(' && ')}) ${set}`
}

/** In a literal, a plain key `__proto__` would be the object's prototype. */
function keyCode(name: string): string {
  return name === '__proto__' ? `["__proto__"]` : JSON.stringify(name)
}

function valueCode({ step }: OutputField, i: number): string {
  return step === undefined ? `fields[${i}].constant` : `v${step}`
}
