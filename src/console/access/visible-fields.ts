import type { Event } from '../../event/event.ts'
import { isPluginEvent } from '../../event/guards.ts'
import type { Path } from '../../event/path.ts'
import type { Field } from '../../filter/filter.ts'
import { mayDo, type User } from './roles.ts'

/** What a user may see of an event: the rest is not there, and is named in `masked`. */
export interface Visible {
  event: Record<string, unknown>
  /**
   * Paths of what was taken out. What lies below a field that is seen in part is one `*`: the keys of maps are
   * content as well.
   */
  masked: string[]
}

/** The fields that readers see of every event, beside the key of its record. */
const OF_EVERY_EVENT = ['id', 'kind', 'time']
const OF_PLUGIN_EVENTS = ['id', 'name', 'time']
/** Ids only, so that what belongs together can be found. */
const OF_INVENTORY_EVENTS = [
  ...OF_EVERY_EVENT,
  ...['transactionId', 'flowId', 'entityId', 'entity.id', 'mergedEntity.id', 'sourceEntityIds'],
  ...['revertedEntityId', 'restoredEntityIds', 'restoredEntityId', 'sourceEntityId'],
]

/** A field is seen as a whole, or some of the fields in it. */
type Allowed = true | ReadonlyMap<string, Allowed>

/** The allow-list of CONSOLE_READER_FIELDS. What it leaves out neither leaves the server nor is searched. */
export class VisibleFields {
  readonly #ofPluginEvents: Allowed
  readonly #ofInventoryEvents: Allowed
  readonly #ofOthers: Allowed
  readonly #isInventoryKind: (kind: unknown) => boolean

  constructor(
    fields: readonly Path[],
    { inventoryKinds }: { inventoryKinds: { has(kind: unknown): boolean } },
  ) {
    const with_ = (own: readonly string[]) =>
      allowed([...own.map((field) => field.split('.')), ...fields])
    this.#ofPluginEvents = with_(OF_PLUGIN_EVENTS)
    this.#ofInventoryEvents = with_(OF_INVENTORY_EVENTS)
    this.#ofOthers = with_(OF_EVERY_EVENT)
    this.#isInventoryKind = (kind) => inventoryKinds.has(kind)
  }

  /** The event as this user may see it. A viewer sees none: its routes are for readers. */
  of(event: Event, user: User): Visible {
    if (seesContent(user)) return { event: { ...event }, masked: [] }
    const masked: string[] = []
    const seen = pick(event, this.#allowedOf(event), '', masked)
    return { event: seen as Record<string, unknown>, masked: [...new Set(masked)] }
  }

  /** Whether a filter of this user may name the field: it must be seen of events of every sort. */
  maySearch(field: Field, user: User): boolean {
    if (seesContent(user) || field.from === 'name') return true
    if (field.from === 'header') return false
    const { path } = field
    return [this.#ofPluginEvents, this.#ofInventoryEvents, this.#ofOthers].every((sort) =>
      isSeen(sort, path),
    )
  }

  #allowedOf(event: Event): Allowed {
    if (isPluginEvent(event)) return this.#ofPluginEvents
    return this.#isInventoryKind(event.kind) ? this.#ofInventoryEvents : this.#ofOthers
  }
}

/**
 * Whether a user sees all of an event, and with it what may hold parts of one: messages and stacks of
 * errors, what plugins remember, why a filter decides, headers.
 */
export function seesContent(user: User): boolean {
  return mayDo(user, 'operator')
}

function allowed(paths: readonly Path[]): Allowed {
  if (paths.some(({ length }) => length === 0)) return true
  const inner = new Map<string, Path[]>()
  for (const [name, ...rest] of paths) {
    inner.set(name!, [...(inner.get(name!) ?? []), rest])
  }
  return new Map([...inner].map(([name, rests]) => [name, allowed(rests)]))
}

/** What holds for a list holds for each of its items. */
function pick(value: unknown, seen: Allowed, path: string, masked: string[]): unknown {
  if (seen === true) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => pick(item, seen, path, masked))
    return items.filter((item) => item !== undefined)
  }
  if (typeof value !== 'object' || value === null) {
    masked.push(path)
    return undefined
  }
  const kept: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const inner = seen.get(name)
    if (inner === undefined) masked.push(path === '' ? name : `${path}.*`)
    else {
      const picked = pick(member, inner, path === '' ? name : `${path}.${name}`, masked)
      if (picked !== undefined) kept.push([name, picked])
    }
  }
  return Object.fromEntries(kept)
}

function isSeen(seen: Allowed, [name, ...rest]: Path): boolean {
  if (seen === true) return true
  const inner = name === undefined ? undefined : seen.get(name)
  return inner !== undefined && isSeen(inner, rest)
}
