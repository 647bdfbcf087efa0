import { didYouMean } from '../../util/text/did-you-mean.ts'
import { parseTime } from '../time/time.ts'
import { checkJson, checkMembers, checkText, isPlainObject } from './check-json.ts'
import { isKeyLength, KEY_LENGTH } from './key-length.ts'
import { fieldPath, Problems } from './problem.ts'
import type { FieldRule, RecordShape } from './shapes.ts'
import { expectedTime } from './time-rule.ts'

/** The types that a producer may write; `unknown` occurs only when reading. */
const NODE_TYPES: readonly unknown[] = ['stage', 'container', 'bundle']

/** Checks that a record has the fields of its shape and no others. */
export function checkRecord(
  value: unknown,
  shape: RecordShape,
  path: string,
  problems: Problems,
): void {
  if (!isPlainObject(value)) {
    problems.add(path, 'an object', value)
    return
  }
  let present = 0
  for (const { field, rule } of fieldsOf(shape)) {
    const isPresent = Object.hasOwn(value, field)
    if (isPresent) present++
    // Same as `fieldPath`, but faster: no field of a shape needs quotes.
    const at = path === '' ? field : `${path}.${field}`
    checkField(isPresent ? value[field] : undefined, rule, at, problems)
  }
  if (Object.keys(value).length > present) checkNoOthers(value, shape, path, problems)
}

interface ShapeField {
  field: string
  rule: FieldRule
}

const known = new WeakMap<RecordShape, ShapeField[]>()

/** The fields of a shape as a list, built once per shape. */
function fieldsOf(shape: RecordShape): ShapeField[] {
  let fields = known.get(shape)
  if (fields === undefined) {
    fields = Object.entries(shape).map(([field, rule]) => ({ field, rule }))
    known.set(shape, fields)
  }
  return fields
}

/** A field without a place in the schema would be lost silently, so it is rejected. */
function checkNoOthers(
  value: Record<string, unknown>,
  shape: RecordShape,
  path: string,
  problems: Problems,
): void {
  for (const field of Object.keys(value)) {
    if (problems.isFull) return
    if (Object.hasOwn(shape, field) || value[field] === undefined) continue
    const meant = didYouMean(field, Object.keys(shape))
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    problems.add(fieldPath(path, field), `no such field${hint}`, value[field])
  }
}

function checkField(value: unknown, rule: FieldRule, path: string, problems: Problems): void {
  if (typeof rule === 'string') {
    LEAF_CHECKS[rule](value, path, problems)
  } else if ('optional' in rule) {
    if (value !== undefined) checkField(value, rule.optional, path, problems)
  } else if ('listOf' in rule) {
    checkList(value, rule.listOf, path, problems)
  } else if ('scalar' in rule) {
    if (!rule.scalar.accepts(value)) problems.add(path, rule.scalar.expected, value)
  } else if ('mapOf' in rule) {
    checkMap(value, rule.mapOf, path, problems)
  } else if ('oneOf' in rule) {
    checkAlternatives(value, rule.oneOf, path, problems)
  } else {
    checkRecord(value, rule.record, path, problems)
  }
}

/** Whether a value fits a rule. */
export function fits(value: unknown, rule: FieldRule): boolean {
  const problems = new Problems()
  checkField(value, rule, '', problems)
  return problems.list.length === 0
}

function checkMap(value: unknown, rule: FieldRule, path: string, problems: Problems): void {
  if (!isPlainObject(value)) {
    problems.add(path, 'an object', value)
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    if (problems.isFull) return
    checkText(key, path, problems)
    checkField(inner, rule, fieldPath(path, key), problems)
  }
}

/** What is wrong with a record or a list is said in its own terms, if there is no other of its type. */
function checkAlternatives(
  value: unknown,
  rules: readonly FieldRule[],
  path: string,
  problems: Problems,
): void {
  if (rules.some((rule) => fits(value, rule))) return
  const [only, ...others] = rules.filter((rule) => isContainer(rule) && typeof value === 'object')
  if (only !== undefined && others.length === 0 && value !== null) {
    checkField(value, only, path, problems)
  } else {
    problems.add(path, rules.map(expectedBy).join(' or '), value)
  }
}

function isContainer(rule: FieldRule): boolean {
  return typeof rule === 'object' && !('scalar' in rule)
}

const LEAF_NAMES: Partial<Record<LeafRule, string>> = {
  json: 'a JSON value',
  'json-object': 'an object',
}

function expectedBy(rule: FieldRule): string {
  if (typeof rule === 'string') return LEAF_NAMES[rule] ?? `a ${rule}`
  if ('scalar' in rule) return rule.scalar.expected
  return 'listOf' in rule ? 'a list' : 'an object'
}

function checkList(value: unknown, rule: FieldRule, path: string, problems: Problems): void {
  if (!Array.isArray(value)) {
    problems.add(path, 'a list', value)
    return
  }
  for (let i = 0; i < value.length && !problems.isFull; i++) {
    checkField(value[i], rule, `${path}[${i}]`, problems)
  }
}

type LeafRule = Extract<FieldRule, string>

const LEAF_CHECKS: {
  readonly [R in LeafRule]: (value: unknown, path: string, problems: Problems) => void
} = {
  string: checkString,
  id(value, path, problems) {
    if (value === '') problems.add(path, 'a non-empty string', value)
    else checkString(value, path, problems)
    if (typeof value === 'string' && !isKeyLength(value)) problems.add(path, KEY_LENGTH, value)
  },
  time(value, path, problems) {
    if (typeof value === 'string' && parseTime(value) !== undefined) return
    problems.add(path, expectedTime(value), value)
  },
  number(value, path, problems) {
    if (typeof value !== 'number') problems.add(path, 'a number', value)
    else checkJson(value, path, problems)
  },
  'node-type'(value, path, problems) {
    if (!NODE_TYPES.includes(value)) problems.add(path, '"stage", "container" or "bundle"', value)
  },
  json: (value, path, problems) => checkJson(value, path, problems),
  'json-object'(value, path, problems) {
    if (isPlainObject(value)) checkMembers(value, path, problems, 0)
    else problems.add(path, 'an object', value)
  },
}

function checkString(value: unknown, path: string, problems: Problems): void {
  if (typeof value !== 'string') problems.add(path, 'a string', value)
  else checkText(value, path, problems)
}
