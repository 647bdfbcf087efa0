import type { Random } from '../../dev/workload/random.ts'
import type { Event } from '../../event/event.ts'
import type { Kinds } from '../../event/kinds.ts'
import { knownNames } from '../../event/meant-name.ts'
import { type Path, valueAt } from '../../event/path.ts'
import { timeText } from '../../event/time/timestamp.ts'
import { validateEvent } from '../../event/validation/validate.ts'
import { compileFilter } from '../../filter/compile.ts'
import { acceptedNames } from '../../plugin/known-names.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { type Choice, kindFields } from '../events/values.ts'
import { suggested } from './suggested-fields.ts'

type Filters = Pick<LoadedPlugin, 'wants' | 'wantsProcessEvent' | 'where'>

const FIRST_MS = Date.parse('2026-01-15T10:30:00Z')
/** Tries for each event: a filter may be hard to match. */
const TRIES_MAX = 200
/** InvenTree has such names for each of its tables. */
const GENERIC_NAMES = ['part_part.created', 'stock_stockitem.saved', 'part_part.deleted']

/** The names of the events that a plugin is given: those that it lists, and those known that it accepts. */
export function namesFor(kinds: Kinds, { wants = [], ...filters }: Filters): string[] {
  const listed = wants.map((name) => name.replace(/\*$/, ''))
  const known = acceptedNames(filters, [...knownNames(kinds), ...GENERIC_NAMES])
  const others = listed.filter((name) => !known.some((each) => each.startsWith(name)))
  return [...known, ...others.map((name) => (name.endsWith('.') ? `${name}happened` : name))]
}

/** Up to `count` events of these names that match the plugin's filters, about a few entities. */
export function generateEvents(
  kinds: Kinds,
  plugin: Filters,
  names: readonly string[],
  count: number,
  random: Random,
): Event[] {
  const matches = matcherOf(plugin)
  const events: Event[] = []
  for (let tries = 0; tries < count * TRIES_MAX && events.length < count; tries++) {
    const number = events.length + 1
    const { id, time } = stamp(number)
    const made = { id, ...fieldsOf(kinds, random.pick(names), random), time }
    const result = validateEvent(kinds, suggested(made, plugin.where, random))
    if (!result.ok) continue
    // What a filter says of the id or the time of an event must not make two of them one.
    const event = { ...result.event, id } as Event
    if (matches(event)) events.push(event)
  }
  return events
}

function stamp(number: number) {
  return { id: `evt_${number}`, time: timeText(FIRST_MS + number * 1_000) }
}

function fieldsOf(kinds: Kinds, name: string, random: Random): Record<string, unknown> {
  const choice: Choice = { pick: random.pick, more: () => random.below(2) === 0 }
  const kind = kinds.get(name)
  if (kind !== undefined) return kindFields(kind, choice)
  const number = 1 + random.below(3)
  if (name.startsWith('inventory.')) return { kind: name, entityId: `ent_${number}` }
  return { name, args: [], kwargs: { id: number, quantity: random.below(20) } }
}

function matcherOf({ wantsProcessEvent, where }: Filters): (event: Event) => boolean {
  const paths: Path[] = []
  const test = where && compileFilter(where, (path) => paths.push(path) - 1)
  return (event) => {
    const name = String(event.kind ?? event.name)
    if (wantsProcessEvent?.(name) === false) return false
    if (test === undefined) return true
    const slot = (index: number) => valueAt(event, paths[index] as Path)
    return test({ name, header: () => undefined, slot, failure: undefined }) === true
  }
}
