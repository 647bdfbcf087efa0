import { isSame, type Member, type Shares, type TopicPartition } from './assigner/balance.ts'

/** Who is to get what, and the members as they joined. */
export interface Plan {
  shares: Shares
  group: readonly Member[]
}

/**
 * Whether the members have what is planned, as far as a leader knows that was restarted: of itself,
 * what it was assigned, and of the others, what they held when they joined last.
 */
export function isInPlace(
  { shares, group }: Plan,
  leaderId: string,
  assigned: readonly TopicPartition[],
): boolean {
  return group.every(({ id, claims }) => {
    return isSameSet(shares.get(id) ?? [], id === leaderId ? assigned : claims)
  })
}

function isSameSet(a: readonly TopicPartition[], b: readonly TopicPartition[]): boolean {
  return a.length === b.length && a.every((each) => b.some((other) => isSame(each, other)))
}
