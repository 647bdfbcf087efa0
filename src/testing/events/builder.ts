import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import type { Kinds } from '../../event/kinds.ts'
import { timeText } from '../../event/time/timestamp.ts'
import { isPlainObject } from '../../event/validation/check-json.ts'
import { assertEvent } from '../../event/validation/validate.ts'
import type { EventNamed, Wanted } from '../../plugin/wanted-types.ts'
import { type Choice, kindFields } from './values.ts'

/** Any part of a value; lists as a whole. */
type Part<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Field in keyof T]?: Part<T[Field]> }
    : T

type FieldsOf<E> = E extends unknown ? Part<Omit<E, 'kind' | 'name'>> : never

/**
 * Makes a valid event: of a kind, or a plugin event with that name. `fields` replace what it
 * has by default; those of `entity`, `from` and the like one by one. Throws EVENT_INVALID.
 */
export type EventBuilder = <const Name extends Wanted>(
  name: Name,
  fields?: FieldsOf<EventNamed<Name>>,
) => EventNamed<Name>

const FIRST_MS = Date.parse('2026-01-15T10:30:00Z')

/** The first of everything, and nothing that is optional. */
const first: Choice = { pick: (choices) => choices[0]!, more: () => false }

/**
 * A builder whose events have the ids `evt_1`, `evt_2` and so on, and times one second apart. They are
 * about the entity `ent_1`, unless `fields` say otherwise; plugin events have `kwargs: { id: 1 }`. `schemas`
 * are those of own kinds, as in EVENT_SCHEMAS: files, folders and packages.
 */
export function eventBuilder({ schemas }: { schemas?: readonly string[] } = {}): EventBuilder {
  const { kinds } = loadContract(schemas)
  let count = 0
  return <const Name extends Wanted>(name: Name, fields: object = {}) => {
    const time = timeText(FIRST_MS + count * 1_000)
    count += 1
    const { id, ...defaults } = { id: `evt_${count}`, ...defaultsOf(kinds, name), time }
    return assertEvent(kinds, merged({ id, ...defaults }, fields)) as EventNamed<Name>
  }
}

function defaultsOf(kinds: Kinds, name: string): Record<string, unknown> {
  const kind = kinds.get(name)
  if (kind !== undefined) return kindFields(kind, first)
  if (name.startsWith('inventory.')) return { kind: name }
  return { name, args: [], kwargs: { id: 1 } }
}

/** Deep, lists as a whole. */
function merged(defaults: Record<string, unknown>, fields: object): Record<string, unknown> {
  const result = { ...defaults }
  for (const [name, value] of Object.entries(fields)) {
    const old = result[name]
    result[name] = isPlainObject(old) && isPlainObject(value) ? merged(old, value) : value
  }
  return result
}
