import type { Kinds } from '../event/kinds.ts'
import type { Path } from '../event/path.ts'
import type { FieldRule } from '../event/validation/shapes.ts'
import { nearest } from '../util/text/did-you-mean.ts'
import { type KnownEvent, knownEvents, pathsOf, ruleAt } from './contract-fields.ts'
import { type Filter, isTime } from './filter.ts'
import { mayMatch } from './may-match.ts'
import { writePath } from './read-field.ts'

type DataTest = Extract<Filter, { type: 'test' }> & { field: { from: 'data'; path: Path } }

/**
 * Problems of a filter that can never match: paths that are in no schema of the events that it may
 * see, and operands of a type that the field never has. `wants` is the plugin's wantsProcessEvent;
 * `onlyKinds` says that it accepts no plugin event.
 */
export function checkFilter(
  kinds: Kinds,
  filter: Filter,
  wants?: (name: string) => boolean,
  onlyKinds = false,
): string[] {
  const seen = knownEvents(kinds).filter(({ name }) =>
    name === undefined ? !onlyKinds : isSeen(filter, name, wants),
  )
  if (seen.length === 0) return ['expected a filter that can match an event of the wanted names']
  // A wantsProcessEvent may accept plugin events too, so their fields are valid. Messages leave them
  // out, because a plugin that filters by name is usually about kinds.
  const named = wants === undefined || onlyKinds || seen.length === 1 ? seen : seen.slice(0, -1)
  return dataTests(filter).flatMap((test) => problemOf(test, seen, named) ?? [])
}

function problemOf(test: DataTest, seen: KnownEvent[], named: KnownEvent[]): string | undefined {
  const { field, operator, operand } = test
  const rules = seen.flatMap((event) => ruleAt(event, field.path) ?? [])
  if (rules.length === 0) return unknownPath(test, named)
  if (operator === 'exists') return undefined
  const fitting = rules.filter((rule) => fits(rule, operand))
  const isText = isComparison(operator) && !isTime(field)
  if (isText && fitting.length > 0 && !fitting.some(isOrdered)) {
    return `${field.text}: expected another operator than ${operator}, because its text is not in the order of its values`
  }
  if (fitting.length > 0) return undefined
  const type = rules.map(typeOf).find((each) => each !== undefined)
  if (type === undefined) {
    return `${field.text}: expected the operator exists, because the field is a list or a map`
  }
  return `${field.text}: expected ${type}, got ${operands(operand).map(String).join(', ')}`
}

function unknownPath({ field }: DataTest, named: KnownEvent[]): string {
  const schemas = named.map(({ schema }) => schema)
  const known = named.flatMap((event) =>
    pathsOf(event).map((path) =>
      writePath(isOpen(event, path) ? continued(path, field.path) : path),
    ),
  )
  // Of equally near paths, suggest the longest.
  const meant = nearest(
    field.text,
    known.toSorted((a, b) => b.length - a.length),
  )
  const problem =
    schemas.length === 1 ? `no field of ${schemas[0]}` : `no field of any of ${schemas.join(', ')}`
  return `${field.text}: ${problem}, did you mean ${meant}?`
}

/** A path into a map, continued with the keys that were written: any key is valid there. */
function continued(path: Path, written: Path): Path {
  return [...path, ...written.slice(path.length)]
}

function isOpen(event: KnownEvent, path: Path): boolean {
  const rule = ruleAt(event, path)
  return rule === 'json' || rule === 'json-object'
}

function isSeen(filter: Filter, name: string, wants?: (name: string) => boolean): boolean {
  return mayWant(name, wants) && mayMatch(filter, name)
}

/** A wantsProcessEvent that throws decides nothing. */
function mayWant(name: string, wants?: (name: string) => boolean): boolean {
  try {
    return wants?.(name) !== false
  } catch {
    return true
  }
}

function fits(rule: FieldRule, operand: unknown): boolean {
  if (rule === 'json') return true
  const types = typesOf(rule)
  return operands(operand).some((each) => each === null || types.includes(typeof each))
}

/** The types that a value may have; none for lists and maps. */
function typesOf(rule: FieldRule): readonly string[] {
  if (rule === 'json-object') return []
  if (typeof rule === 'string') return [rule === 'number' ? 'number' : 'string']
  if ('scalar' in rule) return rule.scalar.types
  if ('optional' in rule) return typesOf(rule.optional)
  return 'oneOf' in rule ? rule.oneOf.flatMap(typesOf) : []
}

function typeOf(rule: FieldRule): string | undefined {
  const types = [...new Set(typesOf(rule))]
  return types.length === 0 ? undefined : types.map((type) => `a ${type}`).join(' or ')
}

function isComparison(operator: string): boolean {
  return ['gt', 'gte', 'lt', 'lte'].includes(operator)
}

function isOrdered(rule: FieldRule): boolean {
  if (typeof rule === 'string') return true
  if ('scalar' in rule) return rule.scalar.isOrdered
  return 'oneOf' in rule && rule.oneOf.some(isOrdered)
}

function operands(operand: unknown): unknown[] {
  return Array.isArray(operand) ? operand : [operand]
}

function dataTests(filter: Filter): DataTest[] {
  switch (filter.type) {
    case 'test':
      return filter.field.from === 'data' ? [filter as DataTest] : []
    case 'not':
      return dataTests(filter.filter)
    default:
      return filter.filters.flatMap(dataTests)
  }
}
