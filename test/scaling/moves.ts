/** The owner of each partition, and all members of the group, including those without any. */
export interface Owners {
  members: readonly string[]
  byPartition: ReadonlyMap<number, string>
}

/** The number of partitions with another owner after a change. */
export function moved(before: Owners, after: Owners): number {
  return [...after.byPartition].filter(([partition, owner]) => {
    return before.byPartition.get(partition) !== owner
  }).length
}

/**
 * The fewest partitions that must move for an even assignment: each remaining member keeps what it
 * had, up to its even share. If that is not a whole number, the members that had most keep one
 * more.
 */
export function leastMoves(before: Owners, after: Owners): number {
  const all = after.byPartition.size
  const share = Math.floor(all / after.members.length)
  const larger = all % after.members.length
  const counts = [...before.byPartition.values()]
  const had = after.members
    .map((member) => counts.filter((owner) => owner === member).length)
    .sort((a, b) => b - a)
  const kept = had.map((count, i) => Math.min(count, share + Number(i < larger)))
  return all - kept.reduce((sum, count) => sum + count, 0)
}

/** The fewest moves if members leave first and others join then, as in a rolling update. */
export function leastInTwo(before: Owners, after: Owners): number {
  const members = before.members.filter((member) => after.members.includes(member))
  if (members.length === 0) return after.byPartition.size
  const left = [...before.byPartition.values()].filter((owner) => !members.includes(owner)).length
  const share = Math.ceil(after.byPartition.size / after.members.length)
  const joined = after.members.length - members.length
  return Math.min(after.byPartition.size, left + joined * share)
}
