import type { Kinds } from '../event/kinds.ts'
import { type Path, placeIn } from '../event/path.ts'
import { type FieldRule, PLUGIN_EVENT_SHAPE, type RecordShape } from '../event/validation/shapes.ts'

/** An event kind with a schema in the contract. */
export interface KnownEvent {
  /** The full name of its schema. */
  schema: string
  /** Undefined for plugin events, whose names are open. */
  name: string | undefined
  shape: RecordShape
}

/** The events that have a schema; plugin events come last. */
export function knownEvents(kinds: Kinds): KnownEvent[] {
  return [
    ...[...kinds.values()].map(({ record, name, shape }) => ({ schema: record, name, shape })),
    { schema: 'inventory_events.PluginEvent', name: undefined, shape: PLUGIN_EVENT_SHAPE },
  ]
}

/** The rule for the value at a path; undefined if the shape has no such path. */
export function ruleAt({ shape }: KnownEvent, path: Path): FieldRule | undefined {
  let rule: FieldRule | undefined = { record: shape }
  for (const segment of path) rule = rule && inside(rule, segment)
  return rule && plain(rule)
}

/** Every path of an event, such as `entity.name`. Paths inside JSON values are not listed. */
export function pathsOf({ shape }: KnownEvent): Path[] {
  return pathsIn({ record: shape })
}

function pathsIn(rule: FieldRule): Path[] {
  const inner = plain(rule)
  if (typeof inner === 'string') return []
  if ('listOf' in inner) return [['0'], ...pathsIn(inner.listOf).map((path) => ['0', ...path])]
  if ('oneOf' in inner) return inner.oneOf.flatMap(pathsIn)
  if (!('record' in inner)) return []
  return Object.entries(inner.record).flatMap(([name, field]) => [
    [name],
    ...pathsIn(field).map((path) => [name, ...path]),
  ])
}

function inside(rule: FieldRule, segment: string): FieldRule | undefined {
  const outer = plain(rule)
  if (outer === 'json' || outer === 'json-object') return 'json'
  if (typeof outer === 'string') return undefined
  if ('listOf' in outer) return placeIn(segment) === undefined ? undefined : outer.listOf
  if ('mapOf' in outer) return outer.mapOf
  if ('oneOf' in outer)
    return alternatives(outer.oneOf.flatMap((each) => inside(each, segment) ?? []))
  if (!('record' in outer)) return undefined
  return Object.hasOwn(outer.record, segment) ? outer.record[segment] : undefined
}

function alternatives([first, ...others]: FieldRule[]): FieldRule | undefined {
  return first === undefined || others.length === 0 ? first : { oneOf: [first, ...others] }
}

function plain(rule: FieldRule): FieldRule {
  return typeof rule === 'object' && 'optional' in rule ? plain(rule.optional) : rule
}
