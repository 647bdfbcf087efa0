/** Who owns each partition, and all members of the group: one may own none. */
export interface Owners {
  members: readonly string[]
  byPartition: ReadonlyMap<number, string>
}

/** The partitions that have another owner after a change. */
export function moved(before: Owners, after: Owners): number {
  return [...after.byPartition].filter(([partition, owner]) => {
    return before.byPartition.get(partition) !== owner
  }).length
}

/**
 * The fewest that have to move if partitions are shared out evenly: each who stays keeps what it had,
 * up to its even share. Where that is no whole number, those who had most keep one more.
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

/** As many as move where some leave first, and then others join: a roll does that to each replica. */
export function leastInTwo(before: Owners, after: Owners): number {
  const members = before.members.filter((member) => after.members.includes(member))
  if (members.length === 0) return after.byPartition.size
  const left = [...before.byPartition.values()].filter((owner) => !members.includes(owner)).length
  const share = Math.ceil(after.byPartition.size / after.members.length)
  const joined = after.members.length - members.length
  return Math.min(after.byPartition.size, left + joined * share)
}
