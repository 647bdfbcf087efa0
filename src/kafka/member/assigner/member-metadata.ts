import { byTopic, type TopicPartition } from './balance.ts'

/** What a member sends to the group's leader at a join. */
export interface MemberMetadata {
  /** -1 if it never took part. */
  generation: number
  owned: readonly TopicPartition[]
}

/** Members of other versions read this too, so a new layout needs a new number. */
const FORMAT = 1

const NOTHING: MemberMetadata = { generation: -1, owned: [] }

/** A format byte, then JSON. */
export function encodeMemberMetadata({ generation, owned }: MemberMetadata): Buffer {
  const partitions = byTopic(owned)
  return Buffer.concat([
    Buffer.from([FORMAT]),
    Buffer.from(JSON.stringify({ generation, partitions })),
  ])
}

/**
 * Metadata that cannot be decoded counts as none, so the member gets whatever is left. This never
 * throws, since an error would crash the leader instead of that member.
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
