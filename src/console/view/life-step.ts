import type { SeenEvent } from './seen-event.ts'

/** What an event did to the entity whose life it belongs to. */
export type StepName =
  | 'received'
  | 'produced'
  | 'modified'
  | 'moved'
  | 'bundled'
  | 'destroyed'
  | 'wasted'
  /** Others became this one, and were restored when that was undone. */
  | 'merged from'
  | 'merge reverted'
  /** This one became another, and was restored when that was undone. */
  | 'merged into'
  | 'restored by a reverted merge'
  | 'restored from'
  /** Another was restored from this one. */
  | 'split off'
  | 'other'
  | 'unreadable'

export interface Place {
  id: string
  name: string | null
  type: string | null
}

export interface Related {
  id: string
  name: string | null
}

export interface Change {
  how: 'added' | 'updated' | 'removed'
  what: 'attribute' | 'correlation' | 'spawn'
  key: string
  /** As JSON, cut where it is long; null without one, or if it is masked. */
  value: string | null
}

/** An event in the life of an entity. */
export interface LifeStep {
  step: StepName
  place: string
  recordMs: number
  timeMs: number | null
  eventId: string | null
  name: string | null
  /** The key of the record. Another entity's where only that one's event shows what happened to this one. */
  entity: string | null
  from: Place | null
  to: Place | null
  related: Related[]
  /** How many more there are. */
  relatedLeft: number
  changes: Change[]
  changesLeft: number
  reason: string | null
  /** What the event says of the entity itself, as far as it is seen. */
  says: { name: string | null; productId: string | null; quantity: number | null } | null
  masked: string[]
  why: string | null
}

const SHOWN_MAX = 20
const VALUE_CHARS_MAX = 200

type Fields = Record<string, unknown>

/** What an event means for an entity. */
export function stepOf(seen: SeenEvent, key: string): LifeStep {
  const { place, recordMs, timeMs, id, name, entity, visible, why } = seen
  const event: Fields = visible?.event ?? {}
  const base = {
    ...{ place, recordMs, timeMs, eventId: id, name, entity, why },
    ...{ from: null, to: null, changes: [], changesLeft: 0, reason: null, says: null },
    ...{ related: [], relatedLeft: 0, masked: visible?.masked ?? [] },
  }
  if (visible === null) return { ...base, step: 'unreadable' }
  const isOwn = entity === key
  switch (name) {
    case 'inventory.received':
    case 'inventory.produced':
      return {
        ...{ ...base, step: name === 'inventory.received' ? 'received' : 'produced' },
        ...{ to: placeIn(event.node), says: saidOf(event.entity) },
      }
    case 'inventory.moved':
    case 'inventory.bundled':
      return {
        ...{ ...base, step: name === 'inventory.moved' ? 'moved' : 'bundled' },
        ...{ from: placeIn(event.from), to: placeIn(event.to), says: saidOf(event.entity) },
      }
    case 'inventory.modified': {
      const changes = changesIn(event.changes)
      const changesLeft = Math.max(0, changes.length - SHOWN_MAX)
      return { ...base, step: 'modified', changes: changes.slice(0, SHOWN_MAX), changesLeft }
    }
    case 'inventory.destroyed':
      return { ...base, step: 'destroyed' }
    case 'inventory.wasted':
      return { ...base, step: 'wasted', reason: textIn(event.reason) }
    case 'inventory.merged': {
      const to = placeIn(event.node)
      if (!isOwn) return { ...base, step: 'merged into', to, ...few([mergedIn(event)]) }
      const sources = pairs(event.sourceEntityIds, event.sourceEntityNames)
      return { ...base, step: 'merged from', to, says: saidOf(event.mergedEntity), ...few(sources) }
    }
    case 'inventory.merge.reverted': {
      const to = placeIn(event.node)
      const reverted = { id: textIn(event.revertedEntityId) ?? entity ?? '', name: null }
      if (!isOwn) return { ...base, step: 'restored by a reverted merge', to, ...few([reverted]) }
      const restored = pairs(event.restoredEntityIds, event.restoredEntityNames)
      return { ...base, step: 'merge reverted', to, ...few(restored) }
    }
    case 'inventory.restored': {
      const to = placeIn(event.node)
      const restored = { id: textIn(event.restoredEntityId) ?? entity ?? '', name: null }
      if (!isOwn) return { ...base, step: 'split off', to, ...few([restored]) }
      const id = textIn(event.sourceEntityId) ?? ''
      const source = { id, name: textIn(event.sourceEntityName) }
      return { ...base, step: 'restored from', to, ...few([source]) }
    }
    default:
      return { ...base, step: 'other' }
  }
}

function mergedIn(event: Fields): Related {
  const merged = fieldsOf(event.mergedEntity)
  return { id: textIn(merged.id) ?? '', name: textIn(merged.name) }
}

/** Ids with the names that stand at the same places of another list. */
export function pairs(ids: unknown, names: unknown): Related[] {
  const all = Array.isArray(ids) ? ids : []
  const named = Array.isArray(names) && names.length === all.length ? names : []
  return all.flatMap((id, n) => (typeof id === 'string' ? { id, name: textIn(named[n]) } : []))
}

function few(related: Related[]): Pick<LifeStep, 'related' | 'relatedLeft'> {
  const relatedLeft = Math.max(0, related.length - SHOWN_MAX)
  return { related: related.slice(0, SHOWN_MAX), relatedLeft }
}

function saidOf(entity: unknown): LifeStep['says'] {
  const { name, productId, quantity } = fieldsOf(entity)
  return {
    ...{ name: textIn(name), productId: textIn(productId) },
    quantity: typeof quantity === 'number' ? quantity : null,
  }
}

function changesIn(changes: unknown): Change[] {
  const { attributes, correlations, spawns } = fieldsOf(changes)
  return [
    ...ofKind('attribute', attributes),
    ...ofKind('correlation', correlations),
    ...ofKind('spawn', spawns),
  ]
}

function ofKind(what: Change['what'], changes: unknown): Change[] {
  const { add, updated, removed } = fieldsOf(changes)
  const named = [
    ['added', add],
    ['updated', updated],
    ['removed', removed],
  ] as const
  return named.flatMap(([how, list]) => {
    const items = Array.isArray(list) ? list : []
    return items.map((item): Change => {
      if (typeof item === 'string') return { how, what, key: item, value: null }
      const { key, value } = fieldsOf(item)
      return { how, what, key: textIn(key) ?? '?', value: shortJson(value) }
    })
  })
}

function shortJson(value: unknown): string | null {
  if (value === undefined) return null
  const text = JSON.stringify(value)
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)} …` : text
}

function placeIn(node: unknown): Place | null {
  const { id, name, type } = fieldsOf(node)
  if (typeof id !== 'string' && typeof name !== 'string') return null
  return { id: textIn(id) ?? '', name: textIn(name), type: textIn(type) }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
