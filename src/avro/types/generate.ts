import type { Tap } from '../binary/avsc.ts'
import type { Read } from './scalars.ts'

/**
 * Readers are combined by generated functions. In a loop the single call site would be megamorphic,
 * which is slower. The only part of a schema in generated code is names, as JSON strings.
 */
type Step = (tap: Tap, ...rest: never[]) => unknown

/** Calls the steps one after the other. */
export function inTurn<S extends Step>(steps: readonly S[]): S {
  const names = steps.map((_, i) => `s${i}`)
  const calls = names.map((name) => `${name}(tap, rest)`)
  return new Function(...names, `return (tap, rest) => { ${calls.join('; ')} }`)(...steps) as S
}

/** Reads a union: calls the reader of the value's branch. */
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

/** How a field of the resulting object is set, and when it is omitted. */
export interface OutputField {
  name: string
  /** The step that reads it; undefined if it is `constant`. */
  step: number | undefined
  constant: unknown
  /** Null means a missing value. */
  omitsNull: boolean
  /** Whether a value counts as missing. */
  isOmitted: ((value: unknown) => boolean) | undefined
}

export interface RecordPlan {
  /** In the order of the writer's fields; names are for errors. */
  steps: readonly { name: string; read: Read }[]
  /** In the order of the resulting object. */
  fields: readonly OutputField[]
}

interface RecordHelpers {
  enter(): void
  leave(): void
  within(segment: string, error: unknown): Error
  setOwn(object: Record<string, unknown>, key: string, value: unknown): void
}

/** Reads a record as a plain, frozen object. */
export function recordReader({ steps, fields }: RecordPlan, helpers: RecordHelpers): Read {
  const reads = steps.map(({ read }) => read)
  const isKept = steps.map((_, i) => fields.some(({ step }) => step === i))
  const lines = steps.map((_, i) => `at = ${i}; ${isKept[i] ? `v${i} = ` : ''}r${i}(tap)`)
  const code = `
    const { enter, leave, within, setOwn } = helpers
    const { freeze } = Object
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

/** An object literal of the leading fields that are always set, then one assignment per field. */
function objectCode(fields: readonly OutputField[]): string {
  const isAlways = ({ omitsNull, isOmitted }: OutputField) => !omitsNull && isOmitted === undefined
  const firstOther = fields.findIndex((field) => !isAlways(field))
  const count = firstOther < 0 ? fields.length : firstOther
  const literal = fields
    .slice(0, count)
    .map((field, i) => `${keyCode(field.name)}: ${valueCode(field, i)}`)
  const rest = fields.slice(count).map((field, i) => assignment(field, count + i))
  return `const object = { ${literal.join(', ')} }\n${rest.join('\n')}\nreturn freeze(object)`
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

/** In an object literal, a plain `__proto__` key would set the prototype. */
function keyCode(name: string): string {
  return name === '__proto__' ? `["__proto__"]` : JSON.stringify(name)
}

function valueCode({ step }: OutputField, i: number): string {
  return step === undefined ? `fields[${i}].constant` : `v${step}`
}
