import { redriveInputOf } from '../../topics/names.ts'
import { balance, type Member, type Shares, type TopicPartition } from './assigner/balance.ts'

/**
 * Who gets what in a cooperative group (KIP-429): as `balance` says, but a partition that another
 * member still holds is given to nobody. That member sees that it is to lose it, hands it over, and
 * joins again; then it is free. A redrive partition and its input are one unit.
 *
 * No partition is ever given to a member while another one holds it: a claim counts unless one of a
 * later generation contradicts it, and two claims of the same generation both count.
 */
export function cooperativePlan(
  members: readonly Member[],
  widths: ReadonlyMap<string, number>,
): Shares {
  const holders = holdersOf(members)
  const isFree = (what: TopicPartition, id: string) => {
    const holding = holders.get(unitOf(what)) ?? []
    return holding.every((holder) => holder === id)
  }
  return new Map(
    [...balance(members, widths)].map(([id, share]) => {
      return [id, share.filter((each) => isFree(each, id))]
    }),
  )
}

/** The ids of the members that hold each unit. */
function holdersOf(members: readonly Member[]): Map<string, string[]> {
  const latest = new Map<string, number>()
  const holders = new Map<string, string[]>()
  for (const { id, claims, generation } of members) {
    for (const claim of claims) {
      const unit = unitOf(claim)
      const known = latest.get(unit) ?? Number.NEGATIVE_INFINITY
      if (generation < known) continue
      const others = generation === known ? (holders.get(unit) ?? []) : []
      holders.set(unit, [...others, id])
      latest.set(unit, generation)
    }
  }
  return holders
}

function unitOf({ topic, partition }: TopicPartition): string {
  return `${redriveInputOf(topic) ?? topic}/${partition}`
}
