import type { Path } from '../../event/path.ts'

/** What a set of paths selects of one value: the value itself, parts of it, or both. */
export interface PathTree {
  /** The slots that the value itself is put into. */
  slots: number[]
  /** By field name, map key or list index. */
  inner: Map<string, PathTree>
}

/** Builds the tree; the index of a path is its slot. */
export function branchOf(paths: readonly Path[]): PathTree {
  const root = emptyBranch()
  for (const [slot, path] of paths.entries()) {
    let branch = root
    for (const segment of path) branch = childOf(branch, segment)
    branch.slots.push(slot)
  }
  return root
}

/** Every slot of the branch, and its path from the branch's value. */
export function leavesOf({ slots, inner }: PathTree): { slot: number; path: Path }[] {
  const own = slots.map((slot) => ({ slot, path: [] }))
  const others = [...inner].flatMap(([segment, child]) =>
    leavesOf(child).map(({ slot, path }) => ({ slot, path: [segment, ...path] })),
  )
  return [...own, ...others]
}

function childOf({ inner }: PathTree, segment: string): PathTree {
  const child = inner.get(segment) ?? emptyBranch()
  inner.set(segment, child)
  return child
}

function emptyBranch(): PathTree {
  return { slots: [], inner: new Map() }
}
