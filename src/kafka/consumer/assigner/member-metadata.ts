import { byTopic, type TopicPartition } from './balance.ts'

/** What a member tells the group's leader at a join. */
export interface MemberMetadata {
  /** -1 if it never took part. */
  generation: number
  owned: readonly TopicPartition[]
}

/** Members of other versions read this too: a new layout gets a new number. */
const FORMAT = 1

const NOTHING: MemberMetadata = { generation: -1, owned: [] }

/** JSON behind a byte that tells the format. */
export function encodeMemberMetadata({ generation, owned }: MemberMetadata): Buffer {
  const partitions = byTopic(owned)
  return Buffer.concat([
    Buffer.from([FORMAT]),
    Buffer.from(JSON.stringify({ generation, partitions })),
  ])
}

/**
 * A member whose claims can't be read has none: it gets what is left. Whatever it sent, this does
 * not throw, since that would end the leader and not the member.
 */
export function decodeMemberMetadata(userData: Buffer | null | undefined): MemberMetadata {
  if (userData?.[0] !== FORMAT) return NOTHING
  try {
    const { generation, partitions } = JSON.parse(userData.subarray(1).toString())
    if (!Number.isSafeInteger(generation)) return NOTHING
    const owned = Object.entries(partitions as Record<string, number[]>).flatMap(([topic, all]) =>
      all.filter(Number.isSafeInteger).map((partition) => ({ topic, partition })),
    )
    return { generation, owned }
  } catch {
    return NOTHING
  }
}
