import type { Kind } from '../../event/kinds.ts'
import type { FieldRule, RecordShape } from '../../event/validation/shapes.ts'

/** What fields may refer to. */
const TYPES = ['JsonObject', 'JsonValue']

/**
 * TypeScript declarations of kinds, which are merged with `OwnEvents`: `wants` completes their names, and
 * a handler's event has their fields.
 */
export function declarationsOf(kinds: readonly Kind[]): string {
  const members = kinds.map(({ name, shape }) => {
    const { kind: _, ...fields } = shape
    const lines = [`readonly kind: '${name}'`, ...fieldLines(fields, INDENT.repeat(3))]
    return `${INDENT.repeat(2)}'${name}': ${block(lines, INDENT.repeat(2))}`
  })
  const used = TYPES.filter((type) => members.some((member) => member.includes(type)))
  return [
    '// Written by "inventory-events schemas types". Changes are lost when it runs again.',
    used.length === 0 ? 'export {}' : `import type { ${used.join(', ')} } from 'inventory-events'`,
    '',
    "declare module 'inventory-events' {",
    `${INDENT}interface OwnEvents {`,
    ...members,
    `${INDENT}}`,
    '}',
    '',
  ].join('\n')
}

const INDENT = '  '

/** A line for each field, and one for what its type does not say. */
function fieldLines(shape: RecordShape, indent: string): string[] {
  return Object.entries(shape).flatMap(([name, rule]) => {
    const isOptional = typeof rule === 'object' && 'optional' in rule
    const doc = docOf(rule)
    const line = `readonly ${name}${isOptional ? '?' : ''}: ${typeOf(rule, indent)}`
    return doc === undefined ? [line] : [`/** ${doc} */`, line]
  })
}

function typeOf(rule: FieldRule, indent: string): string {
  if (typeof rule === 'string') return LEAF_TYPES[rule]
  if ('scalar' in rule) {
    const { types, symbols } = rule.scalar
    return (symbols?.map((symbol) => `'${symbol}'`) ?? types).join(' | ')
  }
  if ('optional' in rule) return typeOf(rule.optional, indent)
  if ('oneOf' in rule) return rule.oneOf.map((each) => typeOf(each, indent)).join(' | ')
  if ('listOf' in rule) return `ReadonlyArray<${typeOf(rule.listOf, indent)}>`
  if ('mapOf' in rule) return `{ readonly [key: string]: ${typeOf(rule.mapOf, indent)} }`
  return block(fieldLines(rule.record, `${indent}${INDENT}`), indent)
}

/** Of text that is a decimal, a date or the like, and of numbers that may be text. */
function docOf(rule: FieldRule): string | undefined {
  if (typeof rule !== 'object') return undefined
  if ('optional' in rule) return docOf(rule.optional)
  if (!('scalar' in rule) || rule.scalar.symbols || !rule.scalar.types.includes('string')) {
    return undefined
  }
  const { expected } = rule.scalar
  return `${expected[0]!.toUpperCase()}${expected.slice(1)}.`
}

function block(lines: readonly string[], indent: string): string {
  return `{\n${lines.map((line) => `${indent}${INDENT}${line}\n`).join('')}${indent}}`
}

const LEAF_TYPES: { readonly [rule in Extract<FieldRule, string>]: string } = {
  string: 'string',
  id: 'string',
  time: 'string',
  number: 'number',
  'node-type': 'string',
  json: 'JsonValue',
  'json-object': 'JsonObject',
}
