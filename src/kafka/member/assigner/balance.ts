import { redriveTopicOf } from '../../../topics/names.ts'

export interface TopicPartition {
  topic: string
  partition: number
}

/** A member of the group as the leader sees it at a join. */
export interface Member {
  id: string
  /**
   * The topics that it reads: it may be of another version, with other topics than the leader's.
   */
  topics: readonly string[]
  /** The partitions that it owned until now. */
  claims: readonly TopicPartition[]
  /**
   * The last generation that it knows of. Between two claims on a partition the later one holds.
   */
  generation: number
}

/** Who gets what, by member id. */
export type Shares = Map<string, TopicPartition[]>

/**
 * Shares partitions out evenly, each to a member that reads its topic, and moves as few as can be:
 * what is moved stops for the whole group. `widths` is the partition count of each topic. A redrive
 * partition goes to the member with its input partition; while that member does not read the
 * redrive topic, being an older version, no member gets it and its events wait.
 */
export function balance(members: readonly Member[], widths: ReadonlyMap<string, number>): Shares {
  const redrives = new Set([...widths.keys()].map(redriveTopicOf))
  const shares = balanceInputs(
    members,
    new Map([...widths].filter(([topic]) => !redrives.has(topic))),
  )
  for (const { id, topics } of members) {
    const isRead = ({ topic, partition }: TopicPartition) =>
      topics.includes(topic) && partition < (widths.get(topic) ?? 0)
    const follow = sharesOf(shares, id).map((each) => ({
      ...each,
      topic: redriveTopicOf(each.topic),
    }))
    sharesOf(shares, id).push(...follow.filter(isRead))
  }
  return shares
}

function balanceInputs(members: readonly Member[], widths: ReadonlyMap<string, number>): Shares {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1))
  const shares: Shares = new Map(sorted.map(({ id }) => [id, []]))
  const owners = validClaims(sorted, widths)
  const give = (what: TopicPartition, to?: Member) => to && shares.get(to.id)?.push(what)
  const all = partitionsOf(widths)
  const free = all.filter((each) => !owners.has(nameOf(each)))
  for (const each of all) give(each, owners.get(nameOf(each)))
  for (const each of free) give(each, leastLoaded(each, sorted, shares))
  evenOut(sorted, shares)
  return shares
}

/** Which member keeps which partition. Two claims of the same generation cancel each other out. */
function validClaims(
  members: readonly Member[],
  widths: ReadonlyMap<string, number>,
): Map<string, Member> {
  const owners = new Map<string, Member>()
  const latest = new Map<string, number>()
  for (const member of members) {
    for (const claim of member.claims) {
      if (!member.topics.includes(claim.topic)) continue
      if (claim.partition >= (widths.get(claim.topic) ?? 0)) continue
      const name = nameOf(claim)
      const other = latest.get(name) ?? Number.NEGATIVE_INFINITY
      if (member.generation > other) owners.set(name, member)
      if (member.generation === other) owners.delete(name)
      latest.set(name, Math.max(other, member.generation))
    }
  }
  return owners
}

/** Moves one partition at a time from a member to one that has at least two fewer. */
function evenOut(members: readonly Member[], shares: Shares): void {
  for (;;) {
    const move = nextMove(members, shares)
    if (move === undefined) return
    const { from, to, what } = move
    shares.set(
      from,
      sharesOf(shares, from).filter((each) => each !== what),
    )
    sharesOf(shares, to).push(what)
  }
}

function nextMove(members: readonly Member[], shares: Shares) {
  const byLoad = [...members].sort(
    (a, b) => sharesOf(shares, b.id).length - sharesOf(shares, a.id).length,
  )
  for (const from of byLoad) {
    for (const to of [...byLoad].reverse()) {
      const gap = sharesOf(shares, from.id).length - sharesOf(shares, to.id).length
      if (gap < 2) break
      const what = spare(sharesOf(shares, from.id), sharesOf(shares, to.id), to)
      if (what !== undefined) return { from: from.id, to: to.id, what }
    }
  }
  return undefined
}

/** What one member may give to the other: of the topic of which it has most in comparison. */
function spare(
  from: readonly TopicPartition[],
  to: readonly TopicPartition[],
  receiver: Member,
): TopicPartition | undefined {
  const excess = (topic: string) => countOf(from, topic) - countOf(to, topic)
  return [...from]
    .filter(({ topic }) => receiver.topics.includes(topic))
    .sort((a, b) => excess(b.topic) - excess(a.topic) || b.partition - a.partition)[0]
}

/** Of the members with the smallest share, one that has fewest of the same topic. */
function leastLoaded(
  { topic }: TopicPartition,
  members: readonly Member[],
  shares: Shares,
): Member | undefined {
  const load = ({ id }: Member) => sharesOf(shares, id).length
  const same = ({ id }: Member) => countOf(sharesOf(shares, id), topic)
  return members
    .filter(({ topics }) => topics.includes(topic))
    .sort((a, b) => load(a) - load(b) || same(a) - same(b))[0]
}

function partitionsOf(widths: ReadonlyMap<string, number>): TopicPartition[] {
  return [...widths]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    )
}

function sharesOf(shares: Shares, id: string): TopicPartition[] {
  return shares.get(id) ?? []
}

function countOf(partitions: readonly TopicPartition[], topic: string): number {
  return partitions.filter((each) => each.topic === topic).length
}

export function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.topic === b.topic && a.partition === b.partition
}

export function byTopicName(a: TopicPartition, b: TopicPartition): number {
  return a.topic < b.topic ? -1 : Number(a.topic > b.topic)
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

export function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  const grouped: Record<string, number[]> = {}
  for (const { topic, partition } of partitions) {
    grouped[topic] = [...(grouped[topic] ?? []), partition]
  }
  return grouped
}
