import type { Link } from './genealogy.ts'
import { fieldsOf, pairs, textIn } from './life-step.ts'
import type { SeenEvent } from './seen-event.ts'

/** The kinds that link entities. Their records are keyed by one of them, so the others' own keys do not show it. */
export const LINKING_KINDS: ReadonlySet<string> = new Set([
  'inventory.merged',
  'inventory.merge.reverted',
  'inventory.restored',
])

/** The links that events make, given oldest first. A merge that was undone is marked so. */
export function linksOf(events: readonly SeenEvent[]): Link[] {
  const links: Link[] = []
  const intoMerged = new Map<string, Link[]>()
  for (const seen of events) {
    const event = seen.visible?.event ?? {}
    const { timeMs, place, entity, id: eventId } = seen
    const base = { timeMs, place, entity, eventId, revertedMs: null }
    switch (seen.name) {
      case 'inventory.merged': {
        const merged = fieldsOf(event.mergedEntity)
        const to = { id: textIn(merged.id) ?? entity ?? '', name: textIn(merged.name) }
        for (const from of pairs(event.sourceEntityIds, event.sourceEntityNames)) {
          const link: Link = { ...base, kind: 'merged', from, to }
          links.push(link)
          intoMerged.set(to.id, [...(intoMerged.get(to.id) ?? []), link])
        }
        break
      }
      case 'inventory.restored': {
        const from = {
          id: textIn(event.sourceEntityId) ?? '',
          name: textIn(event.sourceEntityName),
        }
        const to = { id: textIn(event.restoredEntityId) ?? entity ?? '', name: null }
        links.push({ ...base, kind: 'restored', from, to })
        break
      }
      case 'inventory.merge.reverted': {
        const restored = new Set(pairs(event.restoredEntityIds, []).map(({ id }) => id))
        for (const link of intoMerged.get(textIn(event.revertedEntityId) ?? '') ?? []) {
          if (restored.has(link.from.id)) link.revertedMs ??= timeMs ?? seen.recordMs
        }
        break
      }
    }
  }
  return links
}

/** Whether an event of another entity's key is part of this one's life. */
export function concerns({ visible }: SeenEvent, key: string): boolean {
  const event = visible?.event ?? {}
  const lists = [event.sourceEntityIds, event.restoredEntityIds]
  return (
    event.sourceEntityId === key || lists.some((list) => Array.isArray(list) && list.includes(key))
  )
}
