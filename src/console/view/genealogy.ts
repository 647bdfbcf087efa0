import type { Related } from './life-step.ts'

/** Goods of one entity became, or were taken out of, another. */
export interface Link {
  kind: 'merged' | 'restored'
  from: Related
  to: Related
  timeMs: number | null
  /** When the merge was undone. */
  revertedMs: number | null
  eventId: string | null
  /** `topic/partition@offset` of the event, and its key. */
  place: string
  entity: string | null
}

export interface GenealogyNode extends Related {
  /** 0 is the entity itself; what it was made of is below, what became of it above. */
  layer: number
}

export interface Genealogy {
  nodes: GenealogyNode[]
  edges: Link[]
  /** What is not shown, in words. */
  cuts: string[]
}

export interface GenealogyLimits {
  generations: number
  nodes: number
}

/** What an entity was made of and what became of it, each entity once. */
export function genealogyOf(
  entity: Related,
  links: readonly Link[],
  { generations, nodes: nodesMax }: GenealogyLimits,
): Genealogy {
  const nodes = new Map<string, GenealogyNode>([[entity.id, { ...entity, layer: 0 }]])
  const cuts: string[] = []
  const directions = [
    { step: 1, words: 'after', near: ({ from }: Link) => from, far: ({ to }: Link) => to },
    { step: -1, words: 'before', near: ({ to }: Link) => to, far: ({ from }: Link) => from },
  ]
  for (const { step, words, near, far } of directions) {
    const byNear = grouped(links, (link) => near(link).id)
    // What was merged and restored again is both before and after; it is shown once, and followed in both.
    const followed = new Set([entity.id])
    let layer: Related[] = [entity]
    for (let depth = 1; layer.length > 0; depth += 1) {
      const next = new Map<string, Related>()
      for (const { id } of layer) {
        for (const link of byNear.get(id) ?? []) {
          const related = far(link)
          if (!followed.has(related.id)) next.set(related.id, related)
        }
      }
      if (depth > generations) {
        const count = [...next.keys()].filter((id) => !nodes.has(id)).length
        if (count > 0) cuts.push(`+${count} more than ${generations} generations ${words}`)
        break
      }
      for (const id of next.keys()) followed.add(id)
      const added = [...next.values()].filter(({ id }) => !nodes.has(id))
      const shown = added.slice(0, Math.max(0, nodesMax - nodes.size))
      const left = added.length - shown.length
      if (left > 0) cuts.push(`+${left} ${words}: at most ${nodesMax} entities are shown`)
      for (const related of shown) nodes.set(related.id, { ...related, layer: step * depth })
      layer = [...next.values()].filter(({ id }) => nodes.has(id))
    }
  }
  const edges = links.filter(({ from, to }) => nodes.has(from.id) && nodes.has(to.id))
  for (const { from, to } of edges) {
    for (const { id, name } of [from, to]) nodes.get(id)!.name ??= name
  }
  return { nodes: [...nodes.values()], edges, cuts }
}

function grouped(links: readonly Link[], idOf: (link: Link) => string): Map<string, Link[]> {
  const groups = new Map<string, Link[]>()
  for (const link of links) {
    const group = groups.get(idOf(link)) ?? []
    group.push(link)
    groups.set(idOf(link), group)
  }
  return groups
}
